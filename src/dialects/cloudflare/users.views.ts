/** The caller and their memberships in answers (docs/contracts/cloudflare.md §10.6). */
import { ApiProperty } from '../../internals/index.js';
import { shownIdOf, type DirectoryUser } from '../../core/index.js';
import type { Membership } from '../../identity/index.js';

export class UserView {
  @ApiProperty({ example: '1001' })
  id!: string;

  @ApiProperty({ example: 'alice@example.com' })
  email!: string;

  @ApiProperty({ example: 'Alice' })
  first_name!: string;

  @ApiProperty({ type: String, nullable: true, example: null })
  last_name!: string | null;

  @ApiProperty({ example: false })
  two_factor_authentication_enabled!: boolean;

  @ApiProperty({ example: false })
  suspended!: boolean;
}

/** A user who calls is neither blocked nor waiting for approval. */
export function userView(user: DirectoryUser): UserView {
  const { email, name } = user;
  const flags = { two_factor_authentication_enabled: false, suspended: false };
  return { id: shownIdOf(user), email, first_name: name, last_name: null, ...flags };
}

class MembershipAccountView {
  @ApiProperty({ example: '023e105f4ecef8ad9ca31a8372d0c353' })
  id!: string;

  @ApiProperty({ example: 'Acme' })
  name!: string;
}

export class MembershipView {
  @ApiProperty({ example: '4536bcfad5faccb111b47003c79917fa' })
  id!: string;

  @ApiProperty({ example: 'accepted' })
  status!: string;

  @ApiProperty()
  account!: MembershipAccountView;

  @ApiProperty({ type: [String], example: ['administrator'] })
  roles!: string[];

  @ApiProperty({ type: Object, example: { access: { read: true, write: true } } })
  permissions!: Record<string, { read: boolean; write: boolean }>;
}

export function membershipView({ id, accountId, role }: Membership, accountName: string): MembershipView {
  return {
    id,
    status: 'accepted',
    account: { id: accountId, name: accountName },
    roles: [role],
    permissions: { access: { read: true, write: role === 'administrator' } },
  };
}
