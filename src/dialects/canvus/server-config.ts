/** The server's settings in the dialect's nested form, and reading of partial updates (docs/contracts/canvus.md §6). */
import { isDeepStrictEqual } from 'node:util';
import { ApiProperty, ApiPropertyOptional } from '../../internals/index.js';
import { isStorableText } from '../../core/index.js';
import { InputError } from '../../http/index.js';
import type { Policy } from '../../identity/index.js';
import { CanvusError } from './canvus.errors.js';

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
  @ApiPropertyOptional({ type: [String], example: [], description: 'For administrators.' })
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
export function publicServerConfigView(policy: Policy): ServerConfigView {
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
export function adminServerConfigView(policy: Policy): AdminServerConfigView {
  const { authentication, ...rest } = publicServerConfigView(policy);
  const { password, qr_code, saml } = authentication;
  return {
    access: 'rw',
    authentication: {
      domain_allow_list: [],
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

interface Editable<K extends keyof Policy> {
  readonly key: K;
  readonly rule: string;
  accepts(value: unknown): value is Policy[K];
}

function editable<K extends keyof Policy>(
  key: K,
  rule: string,
  accepts: (value: unknown) => value is Policy[K],
): Editable<K> {
  return { key, rule, accepts };
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

const isPasswordLength = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 72;

const isName = (value: unknown): value is string => isStorableText(value, 1, 255);

const isExternalUrl = (value: unknown): value is string =>
  value === '' || (isStorableText(value, 1, 2000) && /^https?:\/\//.test(value) && URL.canParse(value));

const EDITABLE = new Map<string, Editable<keyof Policy>>([
  ['server_name', editable('serverName', 'must be a string of 1 to 255 characters', isName)],
  ['external_url', editable('externalUrl', 'must be an http or https address, or empty', isExternalUrl)],
  ['authentication.require_admin_approval', editable('requireAdminApproval', 'must be true or false', isFlag)],
  ['authentication.password.enabled', editable('passwordLogin', 'must be true or false', isFlag)],
  [
    'authentication.password.min_length',
    editable('passwordMinLength', 'must be a whole number from 1 to 72', isPasswordLength),
  ],
]);

/**
 * The changes that a PATCH requests. Read-only members may be sent unchanged; unknown members are ignored.
 * @throws InputError, CanvusError 400
 */
export function readServerConfigPatch(given: Readonly<Record<string, unknown>>, current: Policy): Partial<Policy> {
  const changes: Partial<Record<keyof Policy, unknown>> = {};
  for (const { path, value, present } of leaves(given, adminServerConfigView(current), '')) {
    const setting = EDITABLE.get(path);
    if (!setting && !isDeepStrictEqual(value, present)) {
      throw new CanvusError(400, `${path} cannot be changed on this server`);
    }
    if (setting && !setting.accepts(value)) throw new InputError(path, `${path} ${setting.rule}`, false);
    if (setting) changes[setting.key] = value;
  }
  return changes as Partial<Policy>;
}

interface Leaf {
  path: string;
  value: unknown;
  present: unknown;
}

/** The simple values at all paths that both objects have. */
function leaves(given: Readonly<Record<string, unknown>>, present: object, prefix: string): Leaf[] {
  return Object.entries(present as Record<string, unknown>).flatMap(([name, value]) => {
    if (!Object.hasOwn(given, name)) return [];
    const path = prefix + name;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [{ path, value: given[name], present: value }];
    }
    const nested = given[name];
    if (typeof nested !== 'object' || nested === null || Array.isArray(nested)) {
      throw new InputError(path, `${path} must be an object`, false);
    }
    return leaves(nested as Record<string, unknown>, value, `${path}.`);
  });
}
