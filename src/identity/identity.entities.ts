/** The entities and migrations of identity, for the part that opens the database. */
import type { MigrationClass } from '../core/index.js';
import { Account } from './account.entity.js';
import { GroupMember } from './groups/group-member.entity.js';
import { Group } from './groups/group.entity.js';
import { ImportedUser } from './imported-user.entity.js';
import { KnownNetwork } from './guessing/known-network.entity.js';
import { Membership } from './membership.entity.js';
import { Names1796515200000 } from './migrations/1796515200000-names.js';
import { OpenIdBinding } from './openid/openid-binding.entity.js';
import { PersonalToken } from './personal-token.entity.js';
import { SessionToken } from './session-token.entity.js';
import { UserNumber } from './host-users/user-number.entity.js';
import { UserNumbers1799086421000 } from './migrations/1799086421000-user-numbers.js';
import { TakenName } from './labels/taken-name.entity.js';
import { ServerValue } from './server-value.entity.js';
import { User } from './user.entity.js';

/** Every entity of identity. */
export const IDENTITY_ENTITIES = [
  Account,
  Group,
  GroupMember,
  ImportedUser,
  KnownNetwork,
  Membership,
  OpenIdBinding,
  PersonalToken,
  SessionToken,
  ServerValue,
  TakenName,
  User,
  UserNumber,
] as const;

/** Every migration of identity, in the order of their times. */
export const IDENTITY_MIGRATIONS: readonly MigrationClass[] = [Names1796515200000, UserNumbers1799086421000];
