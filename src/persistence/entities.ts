/** Every entity of the schema. */
import { AuditRecord } from '../core/audit/audit-record.entity.js';
import { TokenCount } from '../core/tokens/token-count.entity.js';
import { Token } from '../core/tokens/token.entity.js';
import { AccessToken } from '../dialects/crm/access-token.entity.js';
import { ServiceToken } from '../dialects/cloudflare/service-token.entity.js';
import { Account } from '../identity/account.entity.js';
import { Membership } from '../identity/membership.entity.js';
import { PersonalToken } from '../identity/personal-token.entity.js';
import { SessionToken } from '../identity/session-token.entity.js';
import { Setting } from '../identity/setting.entity.js';
import { User } from '../identity/user.entity.js';
import { Instance } from './relay/instance.entity.js';

/** For the `entities` of a host's TypeORM connection. */
export const ENTITIES: (abstract new () => object)[] = [
  AccessToken,
  Account,
  AuditRecord,
  Instance,
  Membership,
  PersonalToken,
  ServiceToken,
  SessionToken,
  Setting,
  Token,
  TokenCount,
  User,
];
