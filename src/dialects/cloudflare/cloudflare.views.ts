/** The results inside the envelope, and the functions that build them (docs/contracts/cloudflare.md §2). */
import { shownIdOf } from '../../core/index.js';
import { ApiProperty, ApiPropertyOptional, PickType } from '../../internals/index.js';
import type { Account, AccountSettingValues, Member, Principal, Role } from '../../identity/index.js';
import type { ServiceToken } from './service-token.entity.js';
import type { ServiceTokenWithSecret } from './service-token.service.js';

export class ServiceTokenView {
  @ApiProperty({ example: '88bf3b6d86161464f6509f7219099e57.access' })
  client_id!: string;

  @ApiProperty({ example: '2025-09-25T22:26:26Z' })
  created_at!: string;

  @ApiProperty({ example: '2026-09-25T22:26:26Z', description: '100 years after its creation for `forever`.' })
  expires_at!: string;

  @ApiProperty({ format: 'uuid', example: '3537a672-e4d8-4d89-aab9-26cb622918a1' })
  id!: string;

  @ApiProperty({ example: 'CI/CD token' })
  name!: string;

  @ApiProperty({ example: '2025-09-25T22:26:26Z' })
  updated_at!: string;

  @ApiProperty({ example: '8760h', description: 'As it was sent.' })
  duration!: string;

  @ApiProperty({ type: 'integer', example: 1, description: 'Increases with every rotation.' })
  client_secret_version!: number;

  @ApiProperty({ example: true })
  enabled!: boolean;

  @ApiPropertyOptional({ format: 'date-time', description: 'When it was last used.' })
  last_seen_at?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Until when the previous secret works.' })
  previous_client_secret_expires_at?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When the previous secret was last used in this overlap. Specific to this server.',
  })
  previous_client_secret_last_seen_at?: string;
}

export class ServiceTokenWithSecretView extends ServiceTokenView {
  @ApiProperty({
    example: 'lkst_4YkVqmnJ2pXW0s8ZtR1cLhB6uDdEfGa9oNiQxMwT3f1c2a9b',
    description: 'The secret. It is never shown again.',
  })
  client_secret!: string;
}

/** The result of an update, which may have rotated the secret. */
export class ChangedServiceTokenView extends ServiceTokenView {
  @ApiPropertyOptional({ description: 'The new secret, if this update rotated it. It is never shown again.' })
  client_secret?: string;
}

export function serviceTokenView(token: ServiceToken): ServiceTokenView {
  const { lastSeenAt, previousLastSeenAt } = token;
  return {
    ...basicView(token),
    ...(lastSeenAt && { last_seen_at: toSeconds(lastSeenAt) }),
    ...(previousLastSeenAt && { previous_client_secret_last_seen_at: toSeconds(previousLastSeenAt) }),
  };
}

/** Includes the secret if it was just created. */
export function createdServiceTokenView({ token, secret }: ServiceTokenWithSecret): ServiceTokenView {
  if (!secret) return serviceTokenView(token);
  const { client_id, ...rest } = basicView(token);
  const view: ServiceTokenWithSecretView = { client_id, client_secret: secret.reveal(), ...rest };
  return view;
}

function basicView(token: ServiceToken): ServiceTokenView {
  const previous = token.previousSecretExpiresAt;
  return {
    client_id: token.handle,
    created_at: toSeconds(token.createdAt),
    expires_at: toSeconds(token.expiresAt ?? token.createdAt),
    id: token.id,
    name: token.label,
    updated_at: toSeconds(token.updatedAt),
    duration: token.duration,
    client_secret_version: token.secretVersion,
    enabled: token.enabled,
    ...(previous && { previous_client_secret_expires_at: toMoment(previous) }),
  };
}

export class AccountSettingsView {
  @ApiProperty({ type: String, nullable: true, example: null })
  abuse_contact_email!: string | null;

  @ApiProperty({ example: false })
  enforce_twofactor!: boolean;
}

export class AccountView {
  @ApiProperty({ example: '023e105f4ecef8ad9ca31a8372d0c353', description: '32 lower-case hex characters.' })
  id!: string;

  @ApiProperty({ example: 'Acme' })
  name!: string;

  @ApiProperty({ example: 'standard' })
  type!: string;

  @ApiProperty()
  settings!: AccountSettingsView;

  @ApiProperty({ example: '2025-09-25T22:26:26Z' })
  created_on!: string;
}

export function accountView({ id, name, createdAt }: Account, settings: AccountSettingValues): AccountView {
  return {
    id,
    name,
    type: 'standard',
    settings: { abuse_contact_email: null, ...settings, enforce_twofactor: false },
    created_on: toSeconds(createdAt),
  };
}

class MemberUserView {
  @ApiProperty({ example: 'alice@example.com' })
  email!: string;

  @ApiProperty({ example: 'Alice' })
  first_name!: string;

  @ApiProperty({ example: '1001' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  last_name!: string | null;

  @ApiProperty({ example: false })
  two_factor_authentication_enabled!: boolean;
}

class RoleView {
  @ApiProperty({ enum: ['administrator', 'read_only'], example: 'read_only' })
  id!: string;

  @ApiProperty({ example: 'Read only' })
  name!: string;

  @ApiProperty({ example: 'May list and get' })
  description!: string;

  @ApiProperty({ type: Object, example: { access: { read: true, write: false } } })
  permissions!: Record<string, { read: boolean; write: boolean }>;
}

export class MemberView {
  @ApiProperty({ example: '4536bcfad5faccb111b47003c79917fa', description: 'Id of the membership, not of the user.' })
  id!: string;

  @ApiProperty({ example: 'alice@example.com' })
  email!: string;

  @ApiProperty({ type: [RoleView] })
  roles!: RoleView[];

  @ApiProperty({ example: 'accepted' })
  status!: string;

  @ApiProperty()
  user!: MemberUserView;
}

const ROLE_VIEWS: Record<Role, Pick<RoleView, 'name' | 'description'>> = {
  administrator: { name: 'Administrator', description: 'May do everything in the account' },
  read_only: { name: 'Read only', description: 'May list and get' },
};

export function memberView({ membership, user }: Member): MemberView {
  const { id, role } = membership;
  const permissions = { access: { read: true, write: role === 'administrator' } };
  return {
    id,
    email: user.email,
    roles: [{ id: role, ...ROLE_VIEWS[role], permissions }],
    status: 'accepted',
    user: {
      email: user.email,
      first_name: user.name,
      id: shownIdOf(user),
      last_name: null,
      two_factor_authentication_enabled: false,
    },
  };
}

/** A group of users; there are none. */
export class GroupView {
  @ApiProperty({ format: 'uuid', example: 'aa0a4aab-672b-4bdb-bc33-a59f1130a11f' })
  id!: string;

  @ApiProperty({ example: 'Nobody' })
  name!: string;
}

/** The id of a deleted account. */
export class AccountIdView extends PickType(AccountView, ['id']) {}

/** The id of a deleted membership. */
export class MemberIdView extends PickType(MemberView, ['id']) {}

export class TokenStatusView {
  @ApiProperty({ example: 'ed17574386854bf78a67040be0a770b0', description: '32 lower-case hex characters.' })
  id!: string;

  @ApiProperty({ example: 'active' })
  status!: string;

  @ApiPropertyOptional({ example: '2026-09-25T22:26:26Z', description: 'Only for login tokens.' })
  expires_on?: string;
}

export function tokenStatusView({ token }: Principal): TokenStatusView {
  const { expiresAt } = token;
  return {
    id: token.id.replaceAll('-', ''),
    status: 'active',
    ...(expiresAt && { expires_on: toSeconds(expiresAt) }),
  };
}

/** RFC 3339 in UTC without milliseconds (docs/contracts/cloudflare.md §2.1): `2025-09-25T22:26:26Z`. */
export function toSeconds(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/** The same with milliseconds unless they are zero, for times chosen by clients. */
export function toMoment(moment: Date): string {
  return moment.getUTCMilliseconds() === 0 ? toSeconds(moment) : moment.toISOString();
}
