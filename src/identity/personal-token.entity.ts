/** A permanent token of a user: acts with its owner's rights until it is revoked. */
import { ChildEntity } from 'typeorm';
import { Token } from '../core/index.js';

/** Its handle is the bcrypt id of DESIGN §5, 80 characters `[A-Za-z0-9]`; its secret has 43 characters. */
@ChildEntity('personal_token')
export class PersonalToken extends Token {
  declare userId: number;
}
