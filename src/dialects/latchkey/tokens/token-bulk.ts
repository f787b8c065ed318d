/** Revokes, disables or enables many tokens on behalf of a caller, some in each transaction. */
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  ManagedKinds,
  TokenOrder,
  TokenSearch,
  UnitOfWork,
  nextTurn,
  type Token,
} from '../../../core/index.js';
import { AccountService, SessionToken } from '../../../identity/index.js';
import type { ApiCaller } from '../session/api-caller.js';
import { Problem, wrongMember } from '../latchkey.problems.js';
import { readQuery, refuseUnknownParameters } from '../query/parameters.js';
import {
  MOST_ITEMS,
  MOST_MATCHED,
  type BulkAction,
  type BulkInput,
  type BulkResult,
  type BulkView,
} from './bulk.inputs.js';
import { TokenAccess, mayChange, maySee, scopeOf, type TokenReader } from '../../../managing/index.js';
import { UserIds } from '../users/user-ids.js';
import { TOKEN_FILTERS, tokenQueryOf } from './tokens.query.js';

/** Tokens changed in one transaction: each is locked by itself. */
const AT_ONCE = 25;
/** Tokens read at once. */
const READ_AT_ONCE = 200;

/** A token and what is to be done with it, or what has been. */
interface Item {
  readonly id: string;
  readonly token: Token | undefined;
  result: BulkResult;
}

@Injectable()
export class TokenBulk {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly search: TokenSearch,
    private readonly kinds: ManagedKinds,
    private readonly access: TokenAccess,
    private readonly accounts: AccountService,
    private readonly ids: UserIds,
  ) {}

  /**
   * What fails half-way has changed a part; the same call does the rest.
   * @throws Problem; DomainError
   */
  async run(caller: ApiCaller, input: BulkInput): Promise<BulkView> {
    const { action, dry_run: dryRun, expected } = input;
    const reader = await this.access.readerOf(caller);
    const items = await this.itemsOf(reader, action, await this.idsOf(reader, input));
    const found = items.filter(({ token }) => token !== undefined);
    if (typeof expected === 'number' && expected !== found.length) {
      const number = String(found.length);
      throw new Problem('conflict', `${number} tokens match, and not ${String(expected)}; look at them again`);
    }
    if (dryRun !== true) await this.changeAll(caller, action, items);
    const changed = items.filter(({ result }) => result === 'changed');
    return {
      dry_run: dryRun === true,
      matched: found.length,
      changed: changed.length,
      accounts: new Set(changed.flatMap(({ token }) => token?.accountId ?? [])).size,
      items: await this.viewsOf(items.slice(0, MOST_ITEMS)),
    };
  }

  /** @throws Problem */
  private async idsOf(reader: TokenReader, { ids, filter }: BulkInput): Promise<string[]> {
    const byId = ids ?? null;
    const byFilter = filter ?? null;
    if (byId !== null && byFilter === null) return [...new Set(byId)];
    if (byFilter === null || byId !== null) throw new Problem('invalid-request', 'give ids or filter, and not both');
    const query = await this.access.withOwners(reader, await tokenQueryOf(filterIn(byFilter), this.kinds, this.ids));
    const request = { order: new TokenOrder('created_at', false), after: undefined, limit: MOST_MATCHED + 1 };
    const places = await this.search.places(reader.user.id, scopeOf(reader), query, request);
    if (places.length <= MOST_MATCHED) return places.map(({ id }) => id);
    throw wrongMember('filter', `the filter matches more than ${String(MOST_MATCHED)} tokens; make it narrower`);
  }

  private async itemsOf(reader: TokenReader, action: BulkAction, ids: readonly string[]): Promise<Item[]> {
    const items: Item[] = [];
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      if (at > 0) await nextTurn();
      const some = ids.slice(at, at + READ_AT_ONCE);
      const found = await this.search.load(some);
      for (const id of some) {
        const token = found.get(id);
        const isSeen = token && this.kinds.find(token.kind) && maySee(reader, token);
        items.push(
          isSeen
            ? { id, token, result: this.prospect(reader, action, token) }
            : { id, token: undefined, result: 'not_found' },
        );
      }
    }
    return items;
  }

  private prospect(reader: TokenReader, action: BulkAction, token: Token): BulkResult {
    if (!mayChange(reader, token) || !this.kinds.of(token).abilities.includes(action)) return 'forbidden';
    return action !== 'revoke' && token.enabled === (action === 'enable') ? 'unchanged' : 'changed';
  }

  private async changeAll(caller: ApiCaller, action: BulkAction, items: readonly Item[]): Promise<void> {
    const own = caller.token instanceof SessionToken ? caller.token.parentId : null;
    const isLast = ({ id }: Item): boolean => id === caller.token.id || id === own;
    // In the order of locks, and the caller's own at the end: without it they can do nothing more.
    const wanted = items
      .filter(({ result }) => result === 'changed')
      .sort((one, other) => Number(isLast(one)) - Number(isLast(other)) || (one.id < other.id ? -1 : 1));
    for (let at = 0; at < wanted.length; at += AT_ONCE) {
      const some = wanted.slice(at, at + AT_ONCE);
      if ((await this.change(caller, action, some)) === 'changed') continue;
      for (const item of some) item.result = await this.change(caller, action, [item]);
    }
  }

  /** All of them or none. */
  private async change({ actor }: ApiCaller, action: BulkAction, items: readonly Item[]): Promise<BulkResult> {
    try {
      await this.unitOfWork.write(actor, async (tx) => {
        for (const { token } of items) {
          if (!token) continue;
          const kind = this.kinds.of(token);
          if (action === 'revoke') await kind.revoke(tx, token);
          else await kind.change(tx, token, { enabled: action === 'enable' });
        }
      });
      return 'changed';
    } catch (error) {
      const result = error instanceof DomainError ? REFUSALS[error.code] : undefined;
      if (!result) throw error;
      return result;
    }
  }

  private async viewsOf(items: readonly Item[]): Promise<BulkView['items']> {
    const names = await this.accounts.namesOf(items.flatMap(({ token }) => token?.accountId ?? []));
    return items.map(({ id, token, result }) => {
      const accountId = token?.accountId ?? null;
      const account = accountId === null ? null : { id: accountId, name: names.get(accountId) ?? '' };
      const name = token ? this.kinds.of(token).describe(token).name : null;
      return { id, name, kind: token?.kind ?? null, account, result };
    });
  }
}

const REFUSALS: Readonly<Partial<Record<DomainError['code'], BulkResult>>> = {
  token_not_found: 'not_found',
  not_permitted: 'forbidden',
  scopes_exceeded: 'forbidden',
  last_admin: 'forbidden',
  in_use: 'in_use',
};

/** The filter of a body, by the rules of the parameters of the list. @throws Problem */
function filterIn(filter: Readonly<Record<string, unknown>>): ReturnType<typeof readQuery<typeof TOKEN_FILTERS>> {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) {
      if (each === null || each === undefined) continue;
      if (typeof each !== 'string' && typeof each !== 'boolean' && typeof each !== 'number') {
        throw wrongMember('filter', `${name.slice(0, 40)} in filter must be a text`);
      }
      given.append(name, String(each));
    }
  }
  if ([...given.keys()].length === 0) {
    throw wrongMember('filter', 'the filter selects every token; name at least one condition');
  }
  try {
    refuseUnknownParameters(given, Object.keys(TOKEN_FILTERS));
    return readQuery(TOKEN_FILTERS, given);
  } catch (error) {
    throw error instanceof Problem ? wrongMember('filter', error.detail) : error;
  }
}
