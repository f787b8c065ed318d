/** A guard for routes of a host that are for people alone. */
import { Injectable } from '@nestjs/common';
import { TokenGuard } from '../../data-plane/index.js';
import { PRIVATE_TOKEN_FORM } from './private-token.form.js';

/** As {@link TokenGuard}, for personal tokens and logins alone: there is a user behind each request. */
@Injectable()
export class PrivateTokenGuard extends TokenGuard {
  protected override readonly kinds = PRIVATE_TOKEN_FORM.kinds;
}
