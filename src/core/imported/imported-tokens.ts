/** Stores tokens of other servers, of which only the hashes of their secrets are known: many at a time. */
import { Inject, Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { TokenIssued, TokensImported } from '../changes/changes.js';
import { dataSourceOf, insertRows } from '../database/row-mapper.js';
import type { Transaction } from '../database/transaction.js';
import { DomainError } from '../errors.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { Token } from '../tokens/token.entity.js';
import { countTokens } from '../tokens/many-counted.js';
import { NO_ORIGINS, TokenService, newTokenId, type TokenKind } from '../tokens/token.service.js';
import type { ImportedAlgorithm } from './algorithms.js';
import { newStandIn } from './imported-secrets.js';
import { ImportedSource } from './imported-source.entity.js';
import { ImportedToken } from './imported-token.entity.js';

/** A token of another server. */
export interface ForeignToken {
  /** The discriminator value of its class. */
  readonly kind: string;
  readonly handle: string;
  readonly label: string;
  readonly userId: number | null;
  readonly accountId: string | null;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** As `rowScopes` returns them. Default: none. */
  readonly scopes?: readonly string[] | null;
  /** The columns of its kind. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly algorithm: ImportedAlgorithm;
  /** The salt of the server or the key of the HMAC, or `''`. */
  readonly key: string;
  /** As `readHash` returns it. */
  readonly verifier: string;
}

/** What is known of a token that may have been imported before. */
export interface KnownForeignToken {
  /** The row of the import; `undefined` if it was not imported. */
  readonly imported: ImportedToken | undefined;
  /** The token with the same handle. */
  readonly token: Token | undefined;
}

@Injectable()
export class ImportedTokens {
  constructor(
    @Inject(CORE_OPTIONS) private readonly options: Pick<CoreOptions, 'importedTokens'>,
    private readonly tokens: TokenService,
  ) {}

  /** Stores tokens that are not there, in the order given. @throws DomainError `quota_reached` for too many salts */
  async insert(tx: Transaction, tokens: readonly ForeignToken[]): Promise<void> {
    if (tokens.length === 0) return;
    const sources = await this.sourcesOf(tx, tokens);
    const made = tokens.map((foreign) => ({ foreign, ...this.rowsOf(tx, foreign, sources) }));
    for (const kind of new Set(tokens.map((token) => token.kind))) {
      const rows = made.filter(({ foreign }) => foreign.kind === kind).map(({ token }) => token);
      await insertRows(tx.manager, kindOf(tx.manager, kind), rows);
    }
    await insertRows(
      tx.manager,
      ImportedToken,
      made.map(({ imported }) => imported),
    );
    await countTokens(
      tx.manager,
      made.map(({ token }) => token),
    );
    for (const { token } of made) tx.record(new TokenIssued(token));
    tx.record(new TokensImported());
  }

  /**
   * Replaces the secret of a token by one of which the hash is known. The old one ends at once.
   * @throws DomainError `token_not_found`, `conflict`, `quota_reached` for too many salts
   */
  async replace(tx: Transaction, present: Token, foreign: ForeignToken): Promise<void> {
    const { algorithm, verifier } = foreign;
    const sourceId = (await this.sourcesOf(tx, [foreign])).get(nameOf(foreign)) ?? 0;
    const standIn = algorithm === 'sha256' ? verifier : newStandIn();
    const { id, kind, userId, accountId } = present;
    const ref = userId === null ? { id, accountId: accountId ?? '' } : { id, userId };
    await this.tokens.rotate(tx, kindOf(tx.manager, kind), ref, { digest: standIn });
    await tx.manager.delete(ImportedToken, { tokenId: id });
    const waiting = algorithm !== 'sha256';
    await insertRows(tx.manager, ImportedToken, [{ tokenId: id, sourceId, verifier, standIn, waiting }]);
    tx.record(new TokensImported());
  }

  /** What is known of tokens, in their order. */
  async known(manager: EntityManager, tokens: readonly ForeignToken[]): Promise<KnownForeignToken[]> {
    const sources = await manager.find(ImportedSource);
    const sourceOf = ({ algorithm, key }: ForeignToken): number =>
      sources.find((source) => source.algorithm === algorithm && source.key === key)?.id ?? 0;
    const [imported, present] = [
      await manager.findBy(ImportedToken, {
        // The index begins with it.
        sourceId: In(sources.map(({ id }) => id)),
        verifier: In(tokens.map(({ verifier }) => verifier)),
      }),
      await manager.findBy(Token, {
        kind: In([...new Set(tokens.map(({ kind }) => kind))]),
        handleScope: '',
        handle: In(tokens.map(({ handle }) => handle)),
      }),
    ];
    const rows = new Map(imported.map((row) => [`${String(row.sourceId)} ${row.verifier}`, row]));
    const byHandle = new Map(present.map((token) => [`${token.kind} ${token.handle}`, token]));
    return tokens.map((token) => ({
      imported: rows.get(`${String(sourceOf(token))} ${token.verifier}`),
      token: byHandle.get(`${token.kind} ${token.handle}`),
    }));
  }

  private rowsOf(
    tx: Transaction,
    { own, algorithm, key, verifier, ...values }: ForeignToken,
    sources: ReadonlyMap<string, number>,
  ): { readonly token: Token; readonly imported: ImportedToken } {
    const standIn = algorithm === 'sha256' ? verifier : newStandIn();
    const token = Object.assign(tx.manager.create(kindOf(tx.manager, values.kind)), {
      id: newTokenId(tx.now),
      handleScope: '',
      secretVersion: 1,
      previousSecretExpiresAt: null,
      rotatedAt: null,
      lastSeenAt: null,
      previousLastSeenAt: null,
      ...NO_ORIGINS,
      scopes: null,
      updatedAt: tx.now,
      createdBy: null,
      ...own,
      ...values,
      secretDigest: standIn,
    }) as Token;
    const sourceId = sources.get(nameOf({ algorithm, key })) ?? 0;
    return { token, imported: { tokenId: token.id, sourceId, verifier, standIn, waiting: algorithm !== 'sha256' } };
  }

  private async sourcesOf(tx: Transaction, tokens: readonly ForeignToken[]): Promise<Map<string, number>> {
    const wanted = new Map(tokens.map(({ algorithm, key }) => [nameOf({ algorithm, key }), { algorithm, key }]));
    const there = new Map((await tx.manager.find(ImportedSource)).map((source) => [nameOf(source), source]));
    for (const [name, { algorithm, key }] of wanted) {
      if (there.has(name)) continue;
      if (algorithm === 'bcrypt-id') this.requireBelowSaltLimit([...there.values()]);
      await tx.manager.insert(ImportedSource, { algorithm, key, createdAt: tx.now });
      there.set(name, await tx.manager.findOneByOrFail(ImportedSource, { algorithm, key }));
    }
    return new Map([...there].map(([name, { id }]) => [name, id]));
  }

  private requireBelowSaltLimit(sources: readonly ImportedSource[]): void {
    const { salts } = this.options.importedTokens;
    if (sources.filter(({ algorithm }) => algorithm === 'bcrypt-id').length < salts) return;
    throw new DomainError(
      'quota_reached',
      `tokens of ${String(salts)} salts have been imported already, and each costs every unknown token a comparison: ` +
        'raise IMPORTED_SALTS if this is another server',
    );
  }
}

function nameOf({ algorithm, key }: Pick<ImportedSource, 'algorithm' | 'key'>): string {
  return `${algorithm} ${key}`;
}

/** The class of a kind of token. @throws Error if this server has none */
function kindOf(manager: EntityManager, kind: string): TokenKind<Token> {
  const found = dataSourceOf(manager)
    .getMetadata(Token)
    .childEntityMetadatas.find(({ discriminatorValue }) => discriminatorValue === kind);
  if (!found) throw new Error(`there are no tokens of the kind ${kind}`);
  return found.target as TokenKind<Token>;
}
