/** The commands about tokens of every kind: list them, and revoke them. */
import type { INestApplicationContext } from '@nestjs/common';
import { COMMAND_LINE, LongReads, RemovedOwner, Token, TokenService, UnitOfWork } from '../core/index.js';
import { TokenRevocation } from '../data-plane/index.js';
import { EXIT, type ExitCode } from '../cli/index.js';
import { printRows, shown, type PrintedRow } from './rows.js';
import { print, withServices, type CommandCall } from './command-context.js';
import { chosenUser } from './users.js';

/** What the list of tokens shows as text. */
const COLUMNS = ['id', 'kind', 'state', 'user', 'account', 'label', 'expires_at', 'last_seen_at', 'last_seen_address'];

/** `token list` */
export async function listTokens(call: CommandCall): Promise<void> {
  await withServices(call, async (services) => {
    const { user, createdBy: creator, account: accountId, kind } = call.options;
    const userId = user === undefined ? undefined : (await chosenUser(services, user)).id;
    const createdBy = creator === undefined ? undefined : await creatorId(services, creator);
    const where = {
      ...(userId !== undefined && { userId }),
      ...(createdBy !== undefined && { createdBy }),
      ...(accountId !== undefined && { accountId }),
      ...(kind !== undefined && { kind }),
    };
    await printRows(call, rowsOf(services, where), COLUMNS, 'There are no such tokens.');
  });
}

/** Tokens outlive their creators, so an id is taken as it is. */
async function creatorId(services: INestApplicationContext, user: string): Promise<string> {
  return /^\d+$/.test(user) ? user : String((await chosenUser(services, user)).id);
}

/** `token revoke ID…` */
export async function revokeTokens(call: CommandCall): Promise<ExitCode> {
  return withServices(call, async (services) => {
    const results: { id: string; outcome: 'revoked' | 'not_found'; kind: string | null }[] = [];
    for (const id of new Set(call.words)) {
      const token = await tokenOf(services, id);
      if (token) await services.get(TokenRevocation).revoke(COMMAND_LINE, token);
      results.push({ id, outcome: token ? 'revoked' : 'not_found', kind: token?.kind ?? null });
    }
    const missing = results.filter(({ outcome }) => outcome === 'not_found');
    // Somebody else may still be revoking it.
    if (missing.length > 0) await services.get(UnitOfWork).awaitPropagation();
    const text = results.map(({ id, outcome, kind }) =>
      outcome === 'revoked' ? `revoked ${shown(id)} (${String(kind)})\n` : `there is no token ${shown(id)}\n`,
    );
    print(call, results, text.join(''));
    return missing.length > 0 ? EXIT.failed : EXIT.done;
  });
}

/** By its id, or by its public id where that is unique among all accounts, such as a client id. */
async function tokenOf(services: INestApplicationContext, id: string): Promise<Token | null> {
  const tokens = services.get(TokenService);
  return services
    .get(UnitOfWork)
    .read(
      async (manager) =>
        (await tokens.find(manager, Token, { id })) ??
        (await tokens.find(manager, Token, { handle: id, handleScope: '' })),
    );
}

async function* rowsOf(
  services: INestApplicationContext,
  where: Partial<Pick<Token, 'userId' | 'createdBy' | 'accountId' | 'kind'>>,
): AsyncGenerator<PrintedRow[], void> {
  const now = new Date();
  const removed = await services.get(UnitOfWork).read((manager) => manager.find(RemovedOwner));
  const isRemoved = ({ userId, accountId }: Token): boolean =>
    removed.some(({ kind, id }) => id === (kind === 'user' ? String(userId) : accountId));
  const query = { entity: Token, filter: isNone(where) ? undefined : matching(where), order: ['id'] as const };
  for await (const tokens of services.get(LongReads).batches(null, query)) {
    // What deleted owners have left is not accepted, and is removed in the background.
    yield tokens.filter((token) => !isRemoved(token)).map((token) => rowOf(token, now));
  }
}

function isNone(where: object): boolean {
  return Object.keys(where).length === 0;
}

function matching(where: Partial<Token>): (query: { andWhere(where: object): unknown }) => unknown {
  return (query) => query.andWhere(where);
}

/** A handle that belongs to an account is left out: it may be all that a caller needs. */
function rowOf(token: Token, now: Date): PrintedRow {
  const { id, kind, handle, handleScope, label, userId, accountId, enabled, expiresAt, createdAt, lastSeenAt } = token;
  const state = !enabled ? 'disabled' : expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
  return {
    id,
    kind,
    state,
    user: userId,
    account: accountId,
    created_by: token.createdBy,
    label,
    public_id: handleScope === '' ? handle : null,
    created_at: createdAt,
    expires_at: expiresAt,
    last_seen_at: lastSeenAt,
    last_seen_address: token.lastSeenAddress,
    last_seen_agent: token.lastSeenAgent,
    previous_secret_expires_at: token.previousSecretExpiresAt,
    previous_last_seen_at: token.previousLastSeenAt,
    previous_last_seen_address: token.previousLastSeenAddress,
    previous_last_seen_agent: token.previousLastSeenAgent,
  };
}
