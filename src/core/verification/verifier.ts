/** Checks presented credentials: the answer is a value that says why not, never an exception. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.js';
import { HashingService } from '../hashing.service.js';
import { UserDirectory } from '../user-directory.js';
import { CredentialMemory, type Generation } from './credential-memory.js';
import type { Credential } from './credential.js';
import { KnownToken, type Verdict } from './known-token.js';
import { LastSeen } from './last-seen.js';
import { TokenLookup, type LookupKey, type StoredToken } from './token-lookup.js';

const UNKNOWN: Verdict = Object.freeze({ status: 'unknown' });

/** One SHA-256, then memory; what is not there, or does not fit, is read from the database. */
@Injectable()
export class Verifier {
  constructor(
    private readonly lookup: TokenLookup,
    private readonly memory: CredentialMemory,
    private readonly hashing: HashingService,
    private readonly users: UserDirectory,
    private readonly lastSeen: LastSeen,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `unavailable` when the database has to be asked and cannot serve */
  async verify(credential: Credential): Promise<Verdict> {
    return this.check(credential);
  }

  /** The same, without a promise where the answer is at hand. */
  check(credential: Credential): Verdict | Promise<Verdict> {
    const digest = this.hashing.digestBytes(credential.secret);
    const key = keyOf(credential, digest);
    const known = this.memory.get(key);
    if (known) {
      const verdict = this.judged(known, digest);
      // A wrong secret costs the same as an unknown handle.
      if (verdict.status !== 'wrong_secret') return verdict;
    }
    return this.read(key, credential, digest);
  }

  private async read(key: string, credential: Credential, digest: Buffer): Promise<Verdict> {
    const known = await this.memory.read(key, () => this.load(key, lookupKeyOf(credential, digest)));
    return known ? this.judged(known, digest) : UNKNOWN;
  }

  private judged(known: KnownToken, digest: Buffer): Verdict {
    const now = this.clock.now().getTime();
    const verdict = known.judge(digest, now);
    if (verdict.status === 'valid') this.lastSeen.note(known, verdict.matched, now);
    return verdict;
  }

  private async load(key: string, by: LookupKey): Promise<KnownToken | null> {
    const since = this.memory.generation();
    const found = this.lookup.find(by);
    const stored = found instanceof Promise ? await found : found;
    return stored && this.completed(key, stored, since);
  }

  private async completed(key: string, stored: StoredToken, since: Generation | undefined): Promise<KnownToken> {
    const { userId } = stored.token;
    const owner = userId === null ? null : ((await this.users.find(userId)) ?? undefined);
    const known = new KnownToken(stored, owner);
    if (userId === null || this.users.announcesChanges) this.memory.remember(key, known, since);
    return known;
  }
}

/** What a token is remembered by. */
function keyOf(credential: Credential, digest: Buffer): string {
  if (!('handle' in credential)) return digest.toString('hex');
  const { kind, handleScope = '', handle } = credential;
  return `${kind} ${handleScope} ${handle}`;
}

function lookupKeyOf(credential: Credential, digest: Buffer): LookupKey {
  if (!('handle' in credential)) return { digest: digest.toString('hex') };
  const { kind, handleScope = '', handle } = credential;
  return { kind, handleScope, handle };
}
