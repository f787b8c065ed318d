/** `import tokens`: brings tokens of accounts and users of which only the hash of the secret is known. */
import type { INestApplicationContext } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { ImportedTokens, type ForeignToken, type KnownForeignToken, type Transaction } from '../../core/index.js';
import { Account, User, emailKeyOf } from '../../identity/index.js';
import type { ExitCode } from '../../cli/index.js';
import { withServices, type CommandCall } from '../command-context.js';
import { decisionOf, hmacKeyOf } from './choices.js';
import { rowFile } from './csv.js';
import { runImport, type ConflictDecision, type Fate, type ImportJob, type Placed } from './import-run.js';
import { declarationReading, readTokenRow, type TokenReading, type TokenRecord } from '../../declared/index.js';

/** `import tokens FILE` */
export async function importTokens(call: CommandCall): Promise<ExitCode> {
  const [name = ''] = call.words;
  const file = rowFile(name);
  const reading = declarationReading((await call.imports()).values(), hmacKeyOf(call)).tokens;
  return withServices(call, (services) =>
    runImport(call, services, file, new TokenFileImport(services, reading, decisionOf(call))),
  );
}

/** Ids of owners by the text that names them. */
interface Owners {
  readonly users: ReadonlyMap<string, number>;
  readonly accounts: ReadonlyMap<string, string>;
}

class TokenFileImport implements ImportJob<TokenRecord> {
  private readonly tokens: ImportedTokens;

  constructor(
    services: INestApplicationContext,
    private readonly reading: TokenReading,
    private readonly decision: ConflictDecision,
  ) {
    this.tokens = services.get(ImportedTokens);
  }

  nounOf(): 'tokens' {
    return 'tokens';
  }

  read(value: unknown): readonly TokenRecord[] {
    return [readTokenRow(value, this.reading)];
  }

  uniqueIn({ token: { kind, handle, algorithm, key, verifier } }: TokenRecord): (readonly [string, string])[] {
    return [
      ['id', `${kind} ${handle}`],
      ['hash', `${algorithm} ${key} ${verifier}`],
    ];
  }

  async examine(manager: EntityManager, batch: readonly Placed<TokenRecord>[]): Promise<Fate[]> {
    return (await this.decide(manager, batch)).map(({ fate }) => fate);
  }

  async apply(tx: Transaction, batch: readonly Placed<TokenRecord>[]): Promise<Fate[]> {
    const decided = await this.decide(tx.manager, batch);
    await this.tokens.insert(
      tx,
      decided.filter(({ fate }) => fate.outcome === 'added').map(({ token }) => token),
    );
    return decided.map(({ fate }) => fate);
  }

  private async decide(
    manager: EntityManager,
    batch: readonly Placed<TokenRecord>[],
  ): Promise<{ readonly fate: Fate; readonly token: ForeignToken }[]> {
    const records = batch.map(({ record }) => record);
    const owners = await ownersOf(manager, records);
    const tokens = records.map((record) => owned(record, owners));
    const known = await this.tokens.known(manager, tokens);
    return tokens.map((token, at) => ({ token, fate: this.fateOf(token, known[at], records[at]) }));
  }

  private fateOf(token: ForeignToken, known: KnownForeignToken | undefined, record: TokenRecord | undefined): Fate {
    const { imported, token: there } = known ?? {};
    if (token.userId === null && token.accountId === null) return ownerless(record);
    if (imported && (!there || there.id === imported.tokenId)) return { outcome: 'unchanged' };
    if (imported) return this.conflict('the same secret was imported with another id');
    if (!there) return { outcome: 'added' };
    return this.conflict(`there is another token with the id ${token.handle}`);
  }

  private conflict(reason: string): Fate {
    return { outcome: this.decision === 'fail' ? 'conflict' : 'skipped', reason };
  }
}

function ownerless(record: TokenRecord | undefined): Fate {
  return { outcome: 'invalid', reason: `there is no ${record?.owner.kind ?? 'account'} ${String(record?.owner.name)}` };
}

function owned({ owner, token }: TokenRecord, { users, accounts }: Owners): ForeignToken {
  if (owner.kind === 'user') return { ...token, userId: users.get(userKeyOf(owner.name)) ?? null };
  return { ...token, accountId: accounts.get(owner.name) ?? null };
}

async function ownersOf(manager: EntityManager, records: readonly TokenRecord[]): Promise<Owners> {
  const namesOf = (kind: 'user' | 'account'): string[] =>
    records.flatMap(({ owner }) => (owner.kind === kind ? [owner.name] : []));
  const names = [...new Set(namesOf('user').map(userKeyOf))];
  const users = new Map<string, number>();
  const [ids, keys] = [names.filter((name) => isId(name)), names.filter((name) => !isId(name))];
  const select = { id: true, emailKey: true } as const;
  for (const { id } of await manager.find(User, { select, where: { id: In(ids.map(Number)) } }))
    users.set(String(id), id);
  for (const { id, emailKey } of await manager.find(User, { select, where: { emailKey: In(keys) } })) {
    users.set(emailKey ?? '', id);
  }
  const wanted = [...new Set(namesOf('account'))];
  const found = await manager.findBy(Account, [{ id: In(wanted) }, { name: In(wanted) }]);
  const accounts = new Map(found.flatMap(({ id, name }) => [[name, id] as const, [id, id] as const]));
  return { users, accounts };
}

function isId(name: string): boolean {
  return /^\d{1,9}$/.test(name);
}

/** An id as it is, an e-mail address in the form by which it is found. */
function userKeyOf(name: string): string {
  return isId(name) ? name : emailKeyOf(name);
}
