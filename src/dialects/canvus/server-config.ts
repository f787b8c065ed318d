/** The server's settings in the dialect's nested form, and reading of partial updates (docs/contracts/canvus.md §6). */
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import type { ServerPolicy } from '../../identity/index.js';

export class PasswordConfigView {
  @ApiProperty({ example: true, description: 'Whether users may sign in with a password.' })
  enabled!: boolean;

  @ApiProperty({ example: 8, description: 'Minimum number of characters of a new password.' })
  min_length!: number;

  @ApiProperty({ example: false })
  sign_up_enabled!: boolean;
}

export class QrCodeConfigView {
  @ApiProperty({ example: false })
  enabled!: boolean;
}

export class SamlConfigView {
  @ApiProperty({ example: '' })
  acs_url!: string;

  @ApiProperty({ example: false })
  enabled!: boolean;

  @ApiProperty({ example: '' })
  idp_cert_finger_print!: string;

  @ApiProperty({ example: '' })
  idp_entity_id!: string;

  @ApiProperty({ example: '' })
  idp_target_url!: string;

  @ApiProperty({ example: '' })
  name_id_format!: string;

  @ApiProperty({ example: false })
  sign_up_enabled!: boolean;

  @ApiProperty({ example: '' })
  sp_entity_id!: string;
}

class AuthenticationConfigView {
  @ApiPropertyOptional({
    type: [String],
    example: ['example.com'],
    description: 'For administrators: the domains that addresses of new users may have. Empty, or with `*`: all.',
  })
  domain_allow_list?: string[];

  @ApiProperty()
  password!: PasswordConfigView;

  @ApiProperty()
  qr_code!: QrCodeConfigView;

  @ApiPropertyOptional({ example: false, description: 'For administrators: whether new users need approval.' })
  require_admin_approval?: boolean;

  @ApiProperty()
  saml!: SamlConfigView;
}

export class EmailConfigView {
  @ApiProperty({ example: '' })
  mail_reply_to_address!: string;

  @ApiProperty({ example: '' })
  mail_reply_to_name!: string;

  @ApiProperty({ example: '' })
  mail_sender_address!: string;

  @ApiProperty({ example: '' })
  mail_sender_name!: string;

  @ApiProperty({ example: false })
  smtp_allow_self_signed_certificates!: boolean;

  @ApiProperty({ example: '' })
  smtp_host!: string;

  @ApiProperty({ example: '' })
  smtp_password!: string;

  @ApiProperty({ example: 0 })
  smtp_port!: number;

  @ApiProperty({ example: '' })
  smtp_security!: string;

  @ApiProperty({ example: '' })
  smtp_username!: string;
}

export class ServerConfigView {
  @ApiPropertyOptional({ example: 'rw', description: 'For administrators.' })
  access?: string;

  @ApiProperty()
  authentication!: AuthenticationConfigView;

  @ApiPropertyOptional({ description: 'For administrators. This server sends no mail.' })
  email?: EmailConfigView;

  @ApiProperty({ example: 'https://tokens.example.com' })
  external_url!: string;

  @ApiProperty({ example: 'Latchkey' })
  server_name!: string;
}

export class AdminServerConfigView extends ServerConfigView {
  @ApiProperty({ example: 'rw' })
  override access!: string;

  @ApiProperty()
  override email!: EmailConfigView;
}

/** The public part. */
export function publicServerConfigView(policy: ServerPolicy): ServerConfigView {
  return {
    authentication: {
      password: { enabled: policy.passwordLogin, min_length: policy.passwordMinLength, sign_up_enabled: false },
      qr_code: { enabled: false },
      saml: {
        acs_url: '',
        enabled: false,
        idp_cert_finger_print: '',
        idp_entity_id: '',
        idp_target_url: '',
        name_id_format: '',
        sign_up_enabled: false,
        sp_entity_id: '',
      },
    },
    external_url: policy.externalUrl,
    server_name: policy.serverName,
  };
}

/** All settings. */
export function adminServerConfigView(policy: ServerPolicy): AdminServerConfigView {
  const { authentication, ...rest } = publicServerConfigView(policy);
  const { password, qr_code, saml } = authentication;
  return {
    access: 'rw',
    authentication: {
      domain_allow_list: [...policy.domainAllowList],
      password,
      qr_code,
      require_admin_approval: policy.requireAdminApproval,
      saml,
    },
    email: {
      mail_reply_to_address: '',
      mail_reply_to_name: '',
      mail_sender_address: '',
      mail_sender_name: '',
      smtp_allow_self_signed_certificates: false,
      smtp_host: '',
      smtp_password: '',
      smtp_port: 0,
      smtp_security: '',
      smtp_username: '',
    },
    ...rest,
  };
}
