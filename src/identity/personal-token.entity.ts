/** A personal token, which acts with its owner's rights until it is revoked. */
import { ChildEntity } from 'typeorm';
import { Token } from '../core/index.js';

/** Its handle is the bcrypt id of docs/design.md §5, 80 characters `[A-Za-z0-9]`; its secret has 43 characters. */
@ChildEntity('personal_token')
class LatchkeyPersonalToken extends Token {
  declare userId: number;
}

export { LatchkeyPersonalToken as PersonalToken };
