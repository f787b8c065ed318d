/** Presents tokens, with the names of their accounts and of people as far as the reader may see them. */
import { Injectable } from '@nestjs/common';
import {
  Clock,
  ManagedKinds,
  UserDirectory,
  overlapRuns,
  stateOf,
  type DirectoryUser,
  type SecretParts,
  type Token,
  type TokenAbility,
} from '../../../core/index.js';
import { AccountService, VisibleUsers } from '../../../identity/index.js';
import { UserIds } from '../users/user-ids.js';
import { timeView } from '../times.js';
import { mayChange, type TokenReader } from '../../../managing/index.js';
import type { PersonView, TokenView, TokenWithSecretView, UseView } from './tokens.views.js';

type Person = Pick<DirectoryUser, 'id' | 'hostId' | 'name' | 'email'>;

/** Names by ids, for many tokens. */
interface Names {
  readonly accounts: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<number, Person>;
  /** Of people, also of those whose names the reader does not see, or who are gone. */
  readonly ids: ReadonlyMap<number, string>;
}

@Injectable()
export class TokenPresenter {
  constructor(
    private readonly kinds: ManagedKinds,
    private readonly clock: Clock,
    private readonly accounts: AccountService,
    private readonly directory: UserDirectory,
    private readonly visible: VisibleUsers,
    private readonly ids: UserIds,
  ) {}

  /** In the same order; tokens of accounts that are being removed are left out. */
  async all(reader: TokenReader, tokens: readonly Token[]): Promise<TokenView[]> {
    const names: Names = {
      accounts: await this.accounts.namesOf(tokens.flatMap(({ accountId }) => accountId ?? [])),
      people: await this.peopleOf(reader, peopleIn(tokens)),
      ids: await this.ids.shown(peopleIn(tokens)),
    };
    return tokens
      .filter(({ accountId }) => accountId === null || names.accounts.has(accountId))
      .map((token) => this.view(reader, token, names));
  }

  async one(reader: TokenReader, token: Token): Promise<TokenView> {
    const [view] = await this.all(reader, [token]);
    if (!view) throw new Error('the account of a token is gone');
    return view;
  }

  async withSecret(reader: TokenReader, token: Token, secret: SecretParts | undefined): Promise<TokenWithSecretView> {
    if (!secret) throw new Error(`the secret of a token of the kind ${token.kind} cannot be presented`);
    return {
      token: await this.one(reader, token),
      secret: { ...secret.parts },
      headers: { ...secret.headers },
    };
  }

  private view(reader: TokenReader, token: Token, { accounts, ...names }: Names): TokenView {
    const now = this.clock.now();
    const { name, clientId, handle, expiresAt } = this.kinds.of(token).describe(token);
    const { accountId, userId, createdBy } = token;
    return {
      id: token.id,
      kind: token.kind,
      name,
      account: accountId === null ? null : { id: accountId, name: accounts.get(accountId) ?? '' },
      owner: userId === null ? null : personView(userId, names),
      created_by: createdBy === null ? null : personView(Number(createdBy), names),
      client_id: clientId,
      handle,
      scopes: token.scopes === null ? null : [...token.scopes],
      state: stateOf(token, now),
      created_at: timeView(token.createdAt),
      updated_at: timeView(token.updatedAt),
      expires_at: timeView(expiresAt),
      version: token.secretVersion,
      last_use: useView(token.lastSeenAt, token.lastSeenAddress, token.lastSeenAgent),
      overlap: overlapView(token, now),
      permissions: mayChange(reader, token) ? this.abilitiesOf(token, now) : [],
    };
  }

  private abilitiesOf(token: Token, now: Date): TokenAbility[] {
    const isPossible: Readonly<Partial<Record<TokenAbility, boolean>>> = {
      disable: token.enabled,
      enable: !token.enabled,
      end_overlap: overlapRuns(token, now),
    };
    return this.kinds.of(token).abilities.filter((ability) => isPossible[ability] ?? true);
  }

  private async peopleOf({ user }: TokenReader, wanted: readonly number[]): Promise<ReadonlyMap<number, Person>> {
    if (wanted.length === 0) return new Map();
    const own = wanted.filter((id) => user.admin || id === user.id);
    const others = wanted.filter((id) => !own.includes(id));
    const people: Person[] = [
      ...(await this.directory.findMany(own)),
      ...(others.length === 0 ? [] : await this.visible.people(user, others)),
    ];
    return new Map(people.map((person) => [person.id, person]));
  }
}

function peopleIn(tokens: readonly Token[]): number[] {
  const ids = tokens.flatMap(({ userId, createdBy }) => [userId ?? [], createdBy === null ? [] : Number(createdBy)]);
  return [...new Set(ids.flat())];
}

function personView(id: number, { people, ids }: Omit<Names, 'accounts'>): PersonView {
  const person = people.get(id);
  return { id: ids.get(id) ?? String(id), name: person?.name ?? null, email: person?.email ?? null };
}

function useView(at: Date | null, address: string | null, agent: string | null): UseView | null {
  return at && { at: timeView(at), address, user_agent: agent };
}

function overlapView(token: Token, now: Date): TokenView['overlap'] {
  const { previousSecretExpiresAt: end } = token;
  if (!end || !overlapRuns(token, now)) return null;
  const { rotatedAt, previousLastSeenAt, previousLastSeenAddress, previousLastSeenAgent } = token;
  return {
    started_at: timeView(rotatedAt),
    ends_at: timeView(end),
    last_use: useView(previousLastSeenAt, previousLastSeenAddress, previousLastSeenAgent),
  };
}
