/** Recognises the secrets of imported tokens at their first use, within limits, and then stores them as all others are. */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ChangeAwareCache } from '../changes/change-aware-cache.js';
import { ChangeRelay } from '../changes/change-relay.js';
import { TokenAdopted, TokensImported } from '../changes/changes.js';
import { EventBus } from '../changes/event-bus.js';
import { SYSTEM, type Origin } from '../database/actor.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { CORE_OPTIONS, type CoreOptions } from '../options.js';
import { Token } from '../tokens/token.entity.js';
import type { Credential } from '../verification/credential.js';
import { SALTED, SLOW, matchesHash, searchableHash, type ImportedAlgorithm } from './algorithms.js';
import { ImportedChecks } from './imported-checks.js';
import { ImportedSource } from './imported-source.entity.js';
import { ImportedToken } from './imported-token.entity.js';

/** How many answers are kept, so that a secret is compared once and not at every request. */
const ANSWERS = 20_000;

/** How long answers are kept that no change makes stale. */
const ANSWER_SECONDS = 900;

/** The ways of hashing by which tokens wait for their first use. */
interface Sources {
  readonly searchable: readonly ImportedSource[];
  readonly all: readonly ImportedSource[];
}

interface Answer {
  readonly standIn: string | null;
}

const NO_ANSWER: Answer = { standIn: null };

/** A text that is the digest of nothing known: what an imported token has until its first use. */
export function newStandIn(): string {
  return randomBytes(32).toString('hex');
}

@Injectable()
export class ImportedSecrets implements OnModuleDestroy {
  private readonly logger = new Logger(ImportedSecrets.name);
  private readonly sources: ChangeAwareCache<'sources', Sources>;
  private readonly answers: ChangeAwareCache<string, Answer>;
  private readonly adopting = new Set<string>();

  constructor(
    @Inject(CORE_OPTIONS) { credentialCache }: Pick<CoreOptions, 'credentialCache'>,
    private readonly unitOfWork: UnitOfWork,
    private readonly checks: ImportedChecks,
    relay: ChangeRelay,
    events: EventBus,
  ) {
    const stale = [TokensImported];
    const limits = { entries: 1, seconds: credentialCache.seconds };
    this.sources = new ChangeAwareCache(limits, relay, events, stale, () => 'all');
    const answerLimits = { entries: ANSWERS, seconds: ANSWER_SECONDS };
    this.answers = new ChangeAwareCache(answerLimits, relay, events, stale, () => 'all');
  }

  onModuleDestroy(): void {
    this.sources.close();
    this.answers.close();
  }

  /**
   * The digest under which the token of a refused secret is stored, if the token was imported and waits for its first
   * use; `undefined` at once while no token waits.
   * @param digest - that of the secret
   * @param token - the one that the credential names, if it names one that exists
   * @throws DomainError `unavailable` when too many unknown secrets are being compared
   */
  standInFor(
    credential: Credential,
    digest: string,
    token: Readonly<Token> | undefined,
    origin: Origin | undefined,
  ): Promise<string | null> | undefined {
    if ('kind' in credential && !('handle' in credential && token)) return undefined;
    const sources = this.sources.get('sources', () => this.readSources());
    if (sources instanceof Promise) return sources.then((late) => this.search(late, credential, digest, token, origin));
    return sources.all.length === 0 ? undefined : this.search(sources, credential, digest, token, origin);
  }

  private async search(
    sources: Sources,
    credential: Credential,
    digest: string,
    token: Readonly<Token> | undefined,
    origin: Origin | undefined,
  ): Promise<string | null> {
    if (sources.all.length === 0) return null;
    const secret = credential.secret.reveal();
    const isNamed = 'handle' in credential && token;
    const key = isNamed ? `${token.id} ${digest}` : digest;
    const answer = await this.answers.get(key, () =>
      isNamed ? this.compared(sources, token, secret, origin) : this.found(sources, secret, origin),
    );
    return answer.standIn;
  }

  /** Searches by each way of hashing that can be searched for: first those that take no time. */
  private async found({ searchable }: Sources, secret: string, origin: Origin | undefined): Promise<Answer> {
    const isSlow = ({ algorithm }: ImportedSource): boolean => SLOW.has(algorithm as ImportedAlgorithm);
    const quick = await this.foundBy(
      searchable.filter((source) => !isSlow(source)),
      secret,
    );
    const slow = searchable.filter(isSlow);
    if (quick || slow.length === 0) return quick ?? NO_ANSWER;
    const found = await this.checks.run(origin, 'search', () => this.foundBy(slow, secret));
    return found ?? NO_ANSWER;
  }

  private async foundBy(sources: readonly ImportedSource[], secret: string): Promise<Answer | undefined> {
    for (const { id: sourceId, algorithm, key } of sources) {
      const verifier = await searchableHash(algorithm as ImportedAlgorithm, key, secret);
      const row = await this.unitOfWork.read((manager) => manager.findOneBy(ImportedToken, { sourceId, verifier }));
      if (row) return { standIn: row.standIn };
    }
    return undefined;
  }

  /** Compares with the hash of the token that the credential names. */
  private async compared(
    { all }: Sources,
    { id: tokenId }: Readonly<Token>,
    secret: string,
    origin: Origin | undefined,
  ): Promise<Answer> {
    const row = await this.unitOfWork.read((manager) => manager.findOneBy(ImportedToken, { tokenId }));
    const source = all.find(({ id }) => id === row?.sourceId);
    if (!row || !source) return NO_ANSWER;
    const algorithm = source.algorithm as ImportedAlgorithm;
    const matches = (): Promise<boolean> => matchesHash(algorithm, source.key, row.verifier, secret);
    const answer: Answer = { standIn: row.standIn };
    const isRight = SLOW.has(algorithm)
      ? await this.checks.run(origin, 'compare', async () => (await matches()) || undefined)
      : await matches();
    return isRight ? answer : NO_ANSWER;
  }

  private readSources(): Promise<Sources> {
    return this.unitOfWork.read(async (manager) => {
      const all = await manager
        .createQueryBuilder(ImportedSource, 'source')
        .where(
          'EXISTS (SELECT 1 FROM "latchkey_imported_token" waiting WHERE waiting."source_id" = "source"."id" AND waiting."waiting")',
        )
        .orderBy('source.id')
        .getMany();
      return { all, searchable: all.filter(({ algorithm }) => !SALTED.has(algorithm as ImportedAlgorithm)) };
    });
  }

  /** Stores the digest of a secret that was recognised. It is tried again at the next use if it fails. */
  adopt(token: Readonly<Token>, standIn: string, digest: string): void {
    if (this.adopting.has(token.id)) return;
    this.adopting.add(token.id);
    this.write(token, standIn, digest)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn(`the secret of the imported token ${token.id} could not be stored (${reason})`);
      })
      .finally(() => this.adopting.delete(token.id));
  }

  private async write(token: Readonly<Token>, standIn: string, digest: string): Promise<void> {
    await this.unitOfWork.write(SYSTEM, async (tx) => {
      const { manager } = tx;
      const { id } = token;
      await manager.update(Token, { id, secretDigest: standIn }, { secretDigest: digest });
      await manager.update(Token, { id, previousSecretDigest: standIn }, { previousSecretDigest: digest });
      await manager.update(ImportedToken, { tokenId: id }, { waiting: false });
      tx.record(new TokenAdopted(token));
    });
  }
}
