/** Publishes a login attempt on its channel. */
import { DomainError } from '../core/index.js';
import { loginChannel, type LoginMessage } from './channels.js';
import type { LoginOptions, OpenedSession } from './session.service.js';

/** Makes the attempt, publishes its outcome, and returns or throws what it did. */
export async function observedLogin(
  method: LoginMessage['method'],
  { audience, address, requestId = null }: LoginOptions,
  attempt: () => Promise<OpenedSession>,
): Promise<OpenedSession> {
  const common = { method, audience, address, requestId };
  try {
    const opened = await attempt();
    loginChannel.publish({ ...common, outcome: 'opened', userId: opened.user.id, endedLogins: opened.endedLogins });
    return opened;
  } catch (error) {
    loginChannel.publish({ ...common, outcome: outcomeOf(error), userId: null, endedLogins: 0 });
    throw error;
  }
}

/** `token_not_found`: there is no such token for whose holder the login was to be. */
const REFUSALS: ReadonlySet<string> = new Set(['invalid_login', 'scopes_exceeded', 'last_admin', 'token_not_found']);

function outcomeOf(error: unknown): LoginMessage['outcome'] {
  const code = error instanceof DomainError ? error.code : undefined;
  // A login by OpenID Connect that would leave nobody who can sign in as administrator is refused, too.
  if (code !== undefined && REFUSALS.has(code)) return 'refused';
  return code === 'throttled' ? 'throttled' : 'failed';
}
