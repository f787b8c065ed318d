/** Verifies presented credentials. A rejection is a value with its reason, not an exception. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.js';
import type { Origin } from '../database/actor.js';
import { ImportedSecrets } from '../imported/imported-secrets.js';
import { HashingService } from '../tokens/hashing.service.js';
import { UserDirectory } from '../user-directory.js';
import { CredentialCache, type Generation, type Reading } from './credential-cache.js';
import type { Credential } from './credential.js';
import { KnownToken, type Verdict } from './known-token.js';
import { LastSeen } from './last-seen.js';
import { verificationTally } from './verification-tally.js';
import { TokenLookup, type LookupKey, type StoredToken } from './token-lookup.js';

const UNKNOWN: Verdict = Object.freeze({ status: 'unknown' });

/** Hashes the secret (one SHA-256) and looks it up in the cache; on a miss or mismatch, reads the database. */
@Injectable()
export class Verifier {
  constructor(
    private readonly lookup: TokenLookup,
    private readonly cache: CredentialCache,
    private readonly hashing: HashingService,
    private readonly users: UserDirectory,
    private readonly lastSeen: LastSeen,
    private readonly clock: Clock,
    private readonly imported: ImportedSecrets,
  ) {}

  /**
   * @param origin - where the request comes from, for the last use of the token
   * @throws DomainError `unavailable` if the database is needed but unavailable
   */
  async verify(credential: Credential, origin?: Origin): Promise<Verdict> {
    return this.check(credential, origin);
  }

  /** Like {@link Verifier.verify}, but without a promise if the answer is available at once. */
  check(credential: Credential, origin?: Origin): Verdict | Promise<Verdict> {
    const began = verificationTally.began();
    const digest = this.hashing.digest(credential.secret);
    const key = keyOf(credential, digest);
    const cached = this.cache.get(key);
    const source = cached ? 'memory' : 'database';
    return verificationTally.observe({ credential, source, began }, () =>
      this.verdict(credential, digest, key, cached, origin),
    );
  }

  private verdict(
    credential: Credential,
    digest: string,
    key: string,
    cached: KnownToken | undefined,
    origin: Origin | undefined,
  ): Verdict | Promise<Verdict> {
    if (cached) {
      const verdict = this.judged(cached, digest, origin);
      if (verdict.status !== 'wrong_secret') return verdict;
      const refusal = this.refused(verdict, credential, digest);
      return refusal instanceof Promise
        ? refusal.then((late) => this.unlessImported(late, credential, digest, origin))
        : this.unlessImported(refusal, credential, digest, origin);
    }
    const known = this.cache.read(key, () =>
      this.load(key, lookupKeyOf(credential, digest), undefined, secretOf(credential, digest)),
    );
    return known instanceof Promise
      ? known.then((late) => this.verdictOn(late, credential, digest, origin))
      : this.verdictOn(known, credential, digest, origin);
  }

  /** A wrong secret reads the database, as an unknown handle does, so that response times do not tell them apart. */
  private refused(verdict: Verdict, credential: Credential, digest: string): Verdict | Promise<Verdict> {
    const exists = this.lookup.exists(lookupKeyOf(credential, digest));
    if (exists instanceof Promise) return exists.then((late) => (late ? verdict : UNKNOWN));
    return exists ? verdict : UNKNOWN;
  }

  private verdictOn(
    known: KnownToken | null,
    credential: Credential,
    digest: string,
    origin: Origin | undefined,
  ): Verdict | Promise<Verdict> {
    const verdict = known ? this.judged(known, digest, origin) : UNKNOWN;
    const isRefused = verdict.status === 'unknown' || verdict.status === 'wrong_secret';
    return isRefused ? this.unlessImported(verdict, credential, digest, origin) : verdict;
  }

  /** Another verdict for the secret of a token that was imported and is used for the first time. */
  private unlessImported(
    refusal: Verdict,
    credential: Credential,
    digest: string,
    origin: Origin | undefined,
  ): Verdict | Promise<Verdict> {
    const token = 'token' in refusal ? refusal.token : undefined;
    const standIn = this.imported.standInFor(credential, digest, token, origin);
    return standIn ? standIn.then((found) => this.firstUse(refusal, credential, digest, found, origin)) : refusal;
  }

  private async firstUse(
    refusal: Verdict,
    credential: Credential,
    digest: string,
    standIn: string | null,
    origin: Origin | undefined,
  ): Promise<Verdict> {
    if (standIn === null) return refusal;
    // Nothing is cached: from the second use on, it is found by its digest.
    const known = await this.load('', lookupKeyOf(credential, standIn), null);
    const verdict = known ? this.judged(known, standIn, origin) : UNKNOWN;
    if (verdict.status === 'valid' && known) this.imported.adopt(known.token, standIn, digest);
    if (verdict.status !== 'unknown' && verdict.status !== 'wrong_secret') return verdict;
    // Another request may have been the first meanwhile.
    const late = await this.load('', lookupKeyOf(credential, digest), null);
    return late ? this.judged(late, digest, origin) : refusal;
  }

  private judged(known: KnownToken, digest: string, origin: Origin | undefined): Verdict {
    const now = this.clock.now().getTime();
    const verdict = known.judge(digest, now);
    if (verdict.status === 'valid') this.lastSeen.note(known, verdict.matched, now, origin);
    return verdict;
  }

  /**
   * @param since - `null` for what is not to be cached
   * @param ownDigest - of a handle that is the secret of a token without one
   */
  private load(
    key: string,
    by: LookupKey,
    since: Generation | null | undefined = this.cache.generation(),
    ownDigest: string | null = null,
  ): Reading {
    const withSecret = (stored: StoredToken): StoredToken =>
      ownDigest !== null && stored.digest === null ? { ...stored, digest: ownDigest } : stored;
    const found = this.lookup.find(by);
    if (found instanceof Promise) return found.then((late) => late && this.completed(key, withSecret(late), since));
    return found && this.completed(key, withSecret(found), since);
  }

  private completed(
    key: string,
    stored: StoredToken,
    since: Generation | null | undefined,
  ): KnownToken | Promise<KnownToken> {
    const { userId } = stored.token;
    if (userId === null) return this.stored(key, new KnownToken(stored, null), since);
    return this.users.find(userId).then((owner) => {
      const known = new KnownToken(stored, owner ?? undefined);
      // A missing owner is not cached, because they may exist the next time.
      return owner && this.users.announcesChanges ? this.stored(key, known, since) : known;
    });
  }

  private stored(key: string, known: KnownToken, since: Generation | null | undefined): KnownToken {
    if (since !== null) this.cache.store(key, known, since);
    return known;
  }
}

/** The cache key of a credential. */
function keyOf(credential: Credential, digest: string): string {
  if (!('kind' in credential)) return digest;
  const { kind, handleScope = '' } = credential;
  // A handle that is a secret is not kept as text, and is not taken for one that is not.
  return 'handle' in credential ? `${kind} ${handleScope} ${credential.handle}` : `${kind} ${handleScope} = ${digest}`;
}

function secretOf(credential: Credential, digest: string): string | null {
  return 'kind' in credential && !('handle' in credential) ? digest : null;
}

function lookupKeyOf(credential: Credential, digest: string): LookupKey {
  if (!('kind' in credential)) return { digest };
  const { kind, handleScope = '', secret } = credential;
  return { kind, handleScope, handle: 'handle' in credential ? credential.handle : secret.reveal() };
}
