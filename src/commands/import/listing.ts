/** Imports the listing of a server that speaks the wire of a dialect: users, and tokens that go on working. */
import type { INestApplicationContext } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { ImportedTokens, type ForeignToken, type KnownForeignToken, type Transaction } from '../../core/index.js';
import { ImportedUsers, addressForms, type ListedRecord } from '../../identity/index.js';
import { Connection, moveIdsForward } from '../../persistence/index.js';
import type { ExitCode } from '../../cli/index.js';
import { CommandError, withServices, type CommandCall } from '../command-context.js';
import { decisionOf, originOf } from './choices.js';
import {
  runImport,
  type ConflictDecision,
  type Fate,
  type ImportJob,
  type IsInFile,
  type Placed,
} from './import-run.js';
import { fetchListing } from './live.js';
import { jsonFile } from './rows.js';
import { UsersImport } from './users-import.js';

/** `import <dialect> FILE` @param dialect - one that reads listings */
export async function importListing(call: CommandCall, dialect: string): Promise<ExitCode> {
  const { listing: read, live } = (await call.imports()).get(dialect) ?? {};
  if (!read) throw new CommandError(`listings of ${dialect} are not read here`);
  const [name = ''] = call.words;
  if (call.options.from !== undefined && live) await fetchListing(call, live, name);
  const file = jsonFile(name);
  return withServices(call, async (services) => {
    const job = new ListingImport(
      read,
      services,
      originOf(call),
      decisionOf(call),
      call.loadConfig().importedTokens.salts,
    );
    const { dataSource } = services.get(Connection);
    return runImport(call, services, file, job, () => job.reserveIds(dataSource));
  });
}

type UserRecord = Extract<ListedRecord, { noun: 'user' }>;
type TokenRecord = Extract<ListedRecord, { noun: 'token' }>;

class ListingImport implements ImportJob<ListedRecord> {
  private readonly tokens: ImportedTokens;
  private readonly users: ImportedUsers;
  private readonly importing: UsersImport;
  private readonly salts = new Set<string>();
  /** Users of the file that will not be here, by their ids there: few, since most are imported. */
  private readonly leftOut = new Set<string>();
  private largestId = 0;

  constructor(
    private readonly readRow: (row: unknown) => readonly ListedRecord[],
    services: INestApplicationContext,
    private readonly origin: string,
    decision: ConflictDecision,
    private readonly maxSalts: number,
  ) {
    this.tokens = services.get(ImportedTokens);
    this.users = services.get(ImportedUsers);
    this.importing = new UsersImport(this.users, origin, decision);
  }

  nounOf({ noun }: ListedRecord): 'users' | 'tokens' {
    return `${noun}s`;
  }

  read(value: unknown): readonly ListedRecord[] {
    return this.readRow(value);
  }

  uniqueIn(record: ListedRecord): (readonly [string, string])[] {
    if (record.noun === 'token') return [['token id', record.token.verifier]];
    const forms = addressForms(record.user.email);
    return [['user id', record.user.foreignId], ...forms.map((form) => ['e-mail address', form] as const)];
  }

  /** So that no server gives out an id that is about to be imported. */
  async reserveIds(dataSource: DataSource): Promise<void> {
    if (this.largestId > 0) await moveIdsForward(dataSource, 'latchkey_user', 0, this.largestId);
  }

  async examine(manager: EntityManager, batch: readonly Placed<ListedRecord>[], isInFile: IsInFile): Promise<Fate[]> {
    const users = batch.map(({ record }) => record).filter(isUser);
    const fates = new Map<ListedRecord, Fate>();
    const userFates = await this.importing.examine(
      manager,
      users.map(({ user }) => user),
    );
    for (const [at, record] of users.entries()) {
      const fate = userFates[at] ?? LEFT_OUT;
      fates.set(record, fate);
      if (fate.outcome === 'skipped' || fate.outcome === 'conflict') this.leftOut.add(record.user.foreignId);
      else this.largestId = Math.max(this.largestId, record.user.id ?? 0);
    }
    const tokens = batch.map(({ record }) => record).filter(isToken);
    const known = await this.tokens.known(
      manager,
      tokens.map(({ token }) => token),
    );
    const ids = await this.users.idsOf(
      manager,
      this.origin,
      tokens.map(({ foreignUserId }) => foreignUserId),
    );
    for (const [at, record] of tokens.entries()) {
      this.noteSalt(record.token.key);
      const owner = ids.get(record.foreignUserId);
      const fate = this.fateOf(record, known[at] ?? NOTHING_KNOWN, owner);
      const isLost = owner === undefined && !isInFile('user id', record.foreignUserId);
      fates.set(record, fate.outcome === 'added' && isLost ? strayOf(record) : fate);
    }
    return batch.map(({ record }) => fates.get(record) ?? LEFT_OUT);
  }

  async apply(tx: Transaction, batch: readonly Placed<ListedRecord>[], isInFile: IsInFile): Promise<Fate[]> {
    const users = batch.map(({ record }) => record).filter(isUser);
    const userFates = await this.importing.apply(
      tx,
      users.map(({ user }) => user),
    );
    const fates = new Map<ListedRecord, Fate>(users.map((record, at) => [record, userFates[at] ?? LEFT_OUT]));
    const tokens = batch.map(({ record }) => record).filter(isToken);
    const known = await this.tokens.known(
      tx.manager,
      tokens.map(({ token }) => token),
    );
    const ids = await this.users.idsOf(
      tx.manager,
      this.origin,
      tokens.map(({ foreignUserId }) => foreignUserId),
    );
    const added: ForeignToken[] = [];
    for (const [at, record] of tokens.entries()) {
      const userId = ids.get(record.foreignUserId);
      const ownerless = isInFile('user id', record.foreignUserId) ? LEFT_OUT : strayOf(record);
      const fate = userId === undefined ? ownerless : this.fateOf(record, known[at] ?? NOTHING_KNOWN, userId);
      fates.set(record, fate);
      if (fate.outcome === 'added' && userId !== undefined) added.push({ ...record.token, userId });
    }
    await this.tokens.insert(tx, added);
    return batch.map(({ record }) => fates.get(record) ?? LEFT_OUT);
  }

  /** @param owner - the id here of its user, if they are here already */
  private fateOf(
    { foreignUserId }: TokenRecord,
    { imported, token }: KnownForeignToken,
    owner: number | undefined,
  ): Fate {
    if (imported) return { outcome: 'unchanged' };
    if (token) {
      const isSame = token.userId !== null && token.userId === owner;
      return isSame
        ? { outcome: 'unchanged' }
        : { outcome: 'conflict', reason: 'the token id belongs to a token of another user here' };
    }
    return this.leftOut.has(foreignUserId) ? LEFT_OUT : { outcome: 'added' };
  }

  private noteSalt(salt: string): void {
    this.salts.add(salt);
    if (this.salts.size <= this.maxSalts) return;
    throw new CommandError(
      `the tokens have more than ${String(this.maxSalts)} salts, so they are not of one server, and each salt costs ` +
        'every unknown token a comparison: raise IMPORTED_SALTS if they have to be imported all the same',
    );
  }
}

const NOTHING_KNOWN: KnownForeignToken = { imported: undefined, token: undefined };

const LEFT_OUT: Fate = { outcome: 'skipped', reason: 'its user was left out' };

function strayOf({ foreignUserId }: TokenRecord): Fate {
  return { outcome: 'invalid', reason: `user ${foreignUserId} stands neither on an earlier line nor here` };
}

function isUser(record: ListedRecord): record is UserRecord {
  return record.noun === 'user';
}

function isToken(record: ListedRecord): record is TokenRecord {
  return record.noun === 'token';
}
