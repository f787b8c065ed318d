/** Says what a row of the audit log records: from what to what, where its details have that. */
import type { AuditRow } from '../../api/types.ts';
import { exact } from '../../parts/moment.tsx';

type Details = AuditRow['details'];

const WORDS: Readonly<Record<string, string>> = {
  'token.issued': 'Token created',
  'token.updated': 'Token changed',
  'token.adopted': 'Imported token used for the first time',
  'token.password_refused': 'Wrong pass code for a token',
  'token.pass_code_refused': 'Wrong pass code for a token',
  'user.created': 'Person added',
  'user.updated': 'Person changed',
  'user.approved': 'Person approved',
  'user.blocked': 'Person blocked',
  'user.unblocked': 'Person unblocked',
  'user.deleted': 'Person deleted',
  'user.erased': 'Person erased',
  'user.locks_cleared': 'Failed logins of a person forgotten',
  'user.openid_bound': 'Bound to a person at the OpenID provider',
  'user.openid_unbound': 'Unbound from the OpenID provider',
  'user.logged_in': 'Logged in',
  'user.logged_out': 'Logged out',
  'user.login_failed': 'Login failed',
  'user.password_changed': 'Password changed',
  'user.password_change_failed': 'Password not changed: the current one was wrong',
  'user.access_ended': 'All access ended',
  'account.updated': 'Account changed',
  'membership.added': 'Member added',
  'membership.removed': 'Member removed',
  'membership.updated': 'Role of a member changed',
  'group.member_added': 'Person added to a group',
  'group.member_removed': 'Person removed from a group',
  'server.restored': 'Database restored from a backup',
  'server.backed_up': 'Backup downloaded',
  'server.settings_changed': 'Server settings changed',
  'server.tokens_imported': 'Tokens imported from another server',
  'server.network_locks_cleared': 'Failed logins of networks forgotten',
};

type Sentence = (details: Details, at: string) => string | undefined;

/** What has changed of a token, by the fields that the details name. */
const TOKEN_CHANGES: Readonly<Record<string, Sentence>> = {
  label: (details) => `renamed${fromTo(details.old_name, details.new_name, quoted)}`,
  expiresAt: (details) => `expiry changed${fromTo(details.old_expires_at, details.new_expires_at, whenOr('never'))}`,
  enabled: ({ enabled }) => (enabled === true ? 'enabled' : enabled === false ? 'disabled' : 'enabled or disabled'),
  scopes: (details) => `scopes changed${fromTo(details.old_scopes, details.scopes, listed)}`,
  previousSecretExpiresAt: (details) => {
    const { old_previous_secret_expires_at: before, previous_secret_expires_at: after } = details;
    return `end of its old secret changed${fromTo(before, after, whenOr('at once'))}`;
  },
};

const ROLES: Readonly<Record<string, string>> = { administrator: 'administrator', read_only: 'read only' };

const WAYS: Readonly<Record<string, string>> = {
  password: 'Logged in with a password',
  token: 'Logged in with a token',
  openid: 'Logged in by OpenID Connect',
};

const SENTENCES: Readonly<Record<string, Sentence>> = {
  'token.updated': (details) => changesOf('Token', details, TOKEN_CHANGES),
  'token.rotated': ({ previous_secret_expires_at: end }, at) =>
    typeof end !== 'string'
      ? undefined
      : new Date(end) > new Date(at)
        ? `Token rotated; the old secret ends ${exact(end)}`
        : 'Token rotated; the old secret ended at once',
  'user.updated': (details) =>
    changesOf('Person', details, {
      name: () => 'renamed',
      email: ({ old_email: before, new_email: after }) => `e-mail address changed${fromTo(before, after, plain)}`,
      admin: ({ admin }) =>
        admin === true
          ? 'made administrator of the server'
          : admin === false
            ? 'no longer administrator of the server'
            : 'role changed',
    }),
  'account.updated': (details) =>
    changesOf('Account', details, {
      name: ({ old_name: before, new_name: after }) => `renamed${fromTo(before, after, quoted)}`,
    }),
  'account.deleted': ({ tokens }) => withCount('Account deleted', tokens, 'token'),
  'user.deleted': ({ tokens }) => withCount('Person deleted', tokens, 'personal token'),
  'membership.added': ({ role }) => withRole('Member added', role),
  'membership.removed': ({ role }) => withRole('Member removed', role),
  'membership.updated': ({ old_role: before, role: after }) =>
    `Role of a member changed${fromTo(before, after, (value) => ROLES[plain(value)] ?? plain(value))}`,
  'user.logged_in': ({ method }) => WAYS[plain(method)],
  'user.login_failed': ({ reason }) => (typeof reason === 'string' ? `Login failed: ${spaced(reason)}` : undefined),
  'user.openid_bound': ({ issuer }) => (typeof issuer === 'string' ? `Bound to a person at ${issuer}` : undefined),
  'user.openid_unbound': ({ issuers }) =>
    Array.isArray(issuers) ? `Unbound from the person at ${issuers.map(plain).join(', ')}` : undefined,
  'server.settings_changed': ({ fields }) =>
    Array.isArray(fields)
      ? `Server settings changed: ${fields.map((name) => inWords(plain(name))).join(', ')}`
      : undefined,
};

/** A sentence for people; the action's own words where there is no better one. */
export function actionWords({ action, details, at }: Pick<AuditRow, 'action' | 'details' | 'at'>): string {
  const known = SENTENCES[action]?.(details, at) ?? WORDS[action];
  if (known !== undefined) return known;
  const words = spaced(action.replaceAll('.', ' '));
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function changesOf(what: string, details: Details, known: Readonly<Record<string, Sentence>>): string | undefined {
  if (!Array.isArray(details.fields)) return undefined;
  const changes = details.fields.map((field: unknown) => {
    const name = plain(field);
    return (Object.hasOwn(known, name) ? known[name]?.(details, '') : undefined) ?? `${inWords(name)} changed`;
  });
  return changes.length > 0 ? `${what}: ${changes.join(', ')}` : undefined;
}

/** Empty for rows from before the details had both. */
function fromTo(before: unknown, after: unknown, words: (value: unknown) => string): string {
  return before === undefined || after === undefined ? '' : ` from ${words(before)} to ${words(after)}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(value: unknown): string {
  return `“${plain(value)}”`;
}

const whenOr =
  (none: string) =>
  (value: unknown): string =>
    typeof value === 'string' ? exact(value) : none;

function listed(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? value.map(plain).join(' ') : 'none';
}

function withRole(text: string, role: unknown): string | undefined {
  return typeof role === 'string' ? `${text} as ${ROLES[role] ?? role}` : undefined;
}

function withCount(text: string, count: unknown, noun: string): string | undefined {
  if (typeof count !== 'number' || count === 0) return undefined;
  return `${text} with ${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function spaced(text: string): string {
  return text.replaceAll('_', ' ');
}

/** `externalUrl` as `external url`. */
function inWords(name: string): string {
  return spaced(
    name.replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`),
  );
}

const ACTORS: Readonly<Record<AuditRow['actor'], string>> = {
  user: 'A user',
  service: 'A service token',
  command_line: 'The command line',
  host: 'The host application',
  system: 'The server',
  stranger: 'A stranger',
};

export function authorOf({ author, actor }: AuditRow): string {
  return author?.name ?? ACTORS[actor];
}

/** Names and values of the details, on one level. */
export function detailsOf({ details }: AuditRow): readonly (readonly [name: string, value: string])[] {
  return Object.entries(details).map(([name, value]) => [spaced(name), plain(value)]);
}
