/** Says what a row of the audit log records. */
import type { AuditRow } from '../../api/types.ts';

const WORDS: Readonly<Record<string, string>> = {
  'token.issued': 'Token created',
  'token.updated': 'Token changed',
  'user.openid_bound': 'OpenID Connect set up',
  'user.openid_unbound': 'OpenID Connect removed',
  'user.logged_in': 'Logged in',
  'user.logged_out': 'Logged out',
  'user.login_failed': 'Login failed',
  'user.updated': 'User changed',
  'user.password_changed': 'Password changed',
  'user.password_change_failed': 'Password not changed',
  'user.access_ended': 'All access ended',
  'account.updated': 'Account changed',
  'membership.added': 'Member added',
  'membership.removed': 'Member removed',
  'membership.updated': 'Role of a member changed',
};

/** What has changed of a token, by the fields that the details name. */
const CHANGES: Readonly<Record<string, string>> = {
  label: 'renamed',
  expiresAt: 'expiry changed',
  enabled: 'enabled or disabled',
  scopes: 'scopes changed',
  previousSecretExpiresAt: 'end of its old secret changed',
};

/** `token.previous_secret_ended` as words, when there is no better sentence for it. */
export function actionWords({ action, details }: Pick<AuditRow, 'action' | 'details'>): string {
  if (action === 'token.updated' && Array.isArray(details.fields)) {
    const changes = details.fields.flatMap((field: unknown) => CHANGES[String(field)] ?? []);
    if (changes.length > 0) return `Token: ${changes.join(', ')}`;
  }
  const known = WORDS[action];
  if (known !== undefined) return known;
  const words = action.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const ACTORS: Readonly<Record<AuditRow['actor'], string>> = {
  user: 'A user',
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
  return Object.entries(details).map(([name, value]) => [
    name.replaceAll('_', ' '),
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
