/** A guard for a host's routes that only services may call. */
import { Injectable } from '@nestjs/common';
import { TokenGuard } from '../../data-plane/index.js';
import { SERVICE_TOKEN_KIND } from './service-token.form.js';

/** Like {@link TokenGuard}, but admits only service tokens. */
@Injectable()
export class ServiceTokenGuard extends TokenGuard {
  protected override readonly kinds = [SERVICE_TOKEN_KIND];
}
