/** A guard for routes of a host that are for services alone. */
import { Injectable } from '@nestjs/common';
import { TokenGuard } from '../../data-plane/index.js';
import { SERVICE_TOKEN_KIND } from './service-token.form.js';

/** As {@link TokenGuard}, for service tokens alone. */
@Injectable()
export class ServiceTokenGuard extends TokenGuard {
  protected override readonly kinds = [SERVICE_TOKEN_KIND];
}
