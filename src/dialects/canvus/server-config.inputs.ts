/** The body that changes the server's settings, for the documentation; `readServerConfigPatch` reads it. */
import { ApiPropertyOptional, PartialType } from '../../internals/index.js';
import { EmailConfigView, PasswordConfigView, QrCodeConfigView, SamlConfigView } from './server-config.js';

class PasswordConfigInput extends PartialType(PasswordConfigView) {}

class QrCodeConfigInput extends PartialType(QrCodeConfigView) {}

class SamlConfigInput extends PartialType(SamlConfigView) {}

class EmailConfigInput extends PartialType(EmailConfigView) {}

class AuthenticationConfigInput {
  @ApiPropertyOptional({
    type: [String],
    example: ['example.com'],
    description:
      'The domains that addresses of new users may have, and new addresses of others. Empty, or with `*`: all.',
  })
  domain_allow_list?: string[];

  @ApiPropertyOptional()
  password?: PasswordConfigInput;

  @ApiPropertyOptional()
  qr_code?: QrCodeConfigInput;

  @ApiPropertyOptional({ example: true, description: 'Whether new users need approval.' })
  require_admin_approval?: boolean;

  @ApiPropertyOptional()
  saml?: SamlConfigInput;
}

/** Any part of the settings. */
export class ServerConfigInput {
  @ApiPropertyOptional({ example: 'rw', description: 'Cannot be changed.' })
  access?: string;

  @ApiPropertyOptional()
  authentication?: AuthenticationConfigInput;

  @ApiPropertyOptional()
  email?: EmailConfigInput;

  @ApiPropertyOptional({ example: 'https://tokens.example.com', description: 'An http or https address, or empty.' })
  external_url?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 255, example: 'Latchkey' })
  server_name?: string;
}
