/** The entities of identity, for the part that opens the database. */
import { Account } from './account.entity.js';
import { Membership } from './membership.entity.js';
import { PersonalToken } from './personal-token.entity.js';
import { SessionToken } from './session-token.entity.js';
import { ServerValue } from './server-value.entity.js';
import { User } from './user.entity.js';

/** Every entity of identity. */
export const IDENTITY_ENTITIES = [Account, Membership, PersonalToken, SessionToken, ServerValue, User] as const;
