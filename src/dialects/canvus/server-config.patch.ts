/** Reads the partial PATCH of the server's settings (docs/contracts/canvus.md §6). */
import { isDeepStrictEqual } from 'node:util';
import { isStorableText } from '../../core/index.js';
import { InputError } from '../../http/index.js';
import { readAllowedDomain, type ServerPolicy } from '../../identity/index.js';
import { CanvusError } from './canvus.errors.js';
import { adminServerConfigView } from './server-config.js';

interface Editable<K extends keyof ServerPolicy> {
  readonly key: K;
  readonly rule: string;
  /** The value as it is stored; `undefined` for one that breaks the rule. */
  read(value: unknown): ServerPolicy[K] | undefined;
}

function editable<K extends keyof ServerPolicy>(
  key: K,
  rule: string,
  read: (value: unknown) => ServerPolicy[K] | undefined,
): Editable<K> {
  return { key, rule, read };
}

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

const passwordLength = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 72 ? value : undefined;

const name = (value: unknown): string | undefined => (isStorableText(value, 1, 255) ? value : undefined);

const externalUrl = (value: unknown): string | undefined =>
  value === '' || (isStorableText(value, 1, 2000) && /^https?:\/\//.test(value) && URL.canParse(value))
    ? value
    : undefined;

function domains(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const read = value.map(readAllowedDomain);
  return read.every((domain) => domain !== undefined) ? [...new Set(read)] : undefined;
}

const EDITABLE = new Map<string, Editable<keyof ServerPolicy>>([
  ['server_name', editable('serverName', 'must be a string of 1 to 255 characters', name)],
  ['external_url', editable('externalUrl', 'must be an http or https address, or empty', externalUrl)],
  ['authentication.domain_allow_list', editable('domainAllowList', 'must be an array of domains, or of *', domains)],
  ['authentication.require_admin_approval', editable('requireAdminApproval', 'must be true or false', flag)],
  ['authentication.password.enabled', editable('passwordLogin', 'must be true or false', flag)],
  [
    'authentication.password.min_length',
    editable('passwordMinLength', 'must be a whole number from 1 to 72', passwordLength),
  ],
]);

/**
 * The changes that a PATCH requests. Read-only members may be sent unchanged; unknown members are ignored.
 * @throws InputError, CanvusError 400
 */
export function readServerConfigPatch(
  given: Readonly<Record<string, unknown>>,
  current: ServerPolicy,
): Partial<ServerPolicy> {
  const changes: Partial<Record<keyof ServerPolicy, unknown>> = {};
  for (const { path, value, present } of leaves(given, adminServerConfigView(current), '')) {
    const setting = EDITABLE.get(path);
    if (!setting && !isDeepStrictEqual(value, present)) {
      throw new CanvusError(400, `${path} cannot be changed on this server`);
    }
    if (!setting) continue;
    const read = setting.read(value);
    if (read === undefined) throw new InputError(path, `${path} ${setting.rule}`, false);
    changes[setting.key] = read;
  }
  return changes as Partial<ServerPolicy>;
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
