/** A guard for a host's routes that only users may call. */
import { Injectable } from '@nestjs/common';
import { TokenGuard } from '../../data-plane/index.js';
import { PRIVATE_TOKEN_FORM } from './private-token.form.js';

/** Like {@link TokenGuard}, but admits only personal tokens and logins, so that every request has a user. */
@Injectable()
export class PrivateTokenGuard extends TokenGuard {
  protected override readonly kinds = PRIVATE_TOKEN_FORM.kinds;
}
