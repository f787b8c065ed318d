/** All that is kept of a user, as the export shows it (docs/contracts/latchkey.md §4). */
import { ApiProperty } from '../../../internals/index.js';
import { AuditRowView } from '../audit/audit.views.js';
import { EXAMPLE_ACCOUNT_ID } from '../latchkey.docs.js';
import { TokenView } from '../tokens/tokens.views.js';
import { LoginView } from './logins.views.js';
import { UserView } from './users.views.js';

class ExportedMembershipView {
  @ApiProperty({ example: EXAMPLE_ACCOUNT_ID })
  account_id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Acme' })
  account_name!: string | null;

  @ApiProperty({ enum: ['administrator', 'read_only'] })
  role!: string;
}

class ExportedGroupView {
  @ApiProperty({ example: '1' })
  id!: string;

  @ApiProperty({ example: 'Operations' })
  name!: string;
}

class ExportedNetworkView {
  @ApiProperty({ example: '192.0.2.7', description: 'An IPv4 address, or an IPv6 /64.' })
  network!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T00:00:00.000Z', description: 'To the day.' })
  last_login_at!: string;
}

class ExportedOriginView {
  @ApiProperty({ example: 'old-server', description: 'The server that they were imported from.' })
  server!: string;

  @ApiProperty({ example: '1000', description: 'Who they were there.' })
  id!: string;
}

class ExportedOpenIdView {
  @ApiProperty({ example: 'https://id.example.com' })
  issuer!: string;

  @ApiProperty({ example: '248289761001', description: 'Who they are there.' })
  subject!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  since!: string;
}

export class UserExportView {
  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  exported_at!: string;

  @ApiProperty()
  user!: UserView;

  @ApiProperty({ type: [ExportedOriginView] })
  imported_from!: ExportedOriginView[];

  @ApiProperty({ type: [ExportedOpenIdView], description: 'The OpenID providers by which they sign in.' })
  openid!: ExportedOpenIdView[];

  @ApiProperty({ type: [ExportedNetworkView], description: 'Where they have logged in from lately.' })
  networks!: ExportedNetworkView[];

  @ApiProperty({ type: [LoginView], description: 'Those that are accepted.' })
  logins!: LoginView[];

  @ApiProperty({ type: [ExportedMembershipView] })
  memberships!: ExportedMembershipView[];

  @ApiProperty({ type: [ExportedGroupView] })
  groups!: ExportedGroupView[];

  @ApiProperty({ type: [TokenView], description: 'Their own.' })
  tokens!: TokenView[];

  @ApiProperty({
    type: [TokenView],
    description: 'Those that they created, also for accounts, as far as you see them.',
  })
  created_tokens!: TokenView[];

  @ApiProperty({ type: [AuditRowView], description: 'What they did, and what was done to them; newest first.' })
  audit!: AuditRowView[];
}
