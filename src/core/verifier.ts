/** Checks presented credentials: the answer is a value that says why not, never an exception. */
import { Injectable } from '@nestjs/common';
import { Clock } from './clock.js';
import { HashingService } from './hashing.service.js';
import type { Secret } from './secret.js';
import { Token } from './token.entity.js';
import { UnitOfWork } from './unit-of-work.js';
import { UserDirectory, type DirectoryUser } from './user-directory.js';

/** What somebody presents: a secret that names its token by itself, or a handle and a secret. */
export type Credential =
  | { readonly secret: Secret }
  | { readonly secret: Secret; readonly kind: string; readonly handle: string; readonly handleScope?: string };

/** Why a known token is not accepted. */
export type Refusal = 'wrong_secret' | 'expired' | 'disabled' | 'owner_gone' | 'owner_blocked' | 'owner_unapproved';

/** The answer to a presented credential. Callers outside are told no more than "no". */
export type Verdict =
  | {
      readonly status: 'valid';
      readonly token: Token;
      /** The user it acts for, `null` for tokens that belong to an account alone. */
      readonly owner: DirectoryUser | null;
      /** Which secret matched: after a rotation with overlap both may. */
      readonly matched: 'current' | 'previous';
    }
  | { readonly status: Refusal; readonly token: Token }
  | { readonly status: 'unknown' };

/** Finds a token by SHA-256 and index (or by handle), compares in constant time, then checks its standing. */
@Injectable()
export class Verifier {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly hashing: HashingService,
    private readonly users: UserDirectory,
    private readonly clock: Clock,
  ) {}

  async verify(credential: Credential): Promise<Verdict> {
    const digest = this.hashing.digest(credential.secret);
    const token = await this.candidate(credential, digest);
    if (!token) return { status: 'unknown' };

    const now = this.clock.now();
    const matched = this.matchedSecret(token, digest, now);
    delete token.secretDigest;
    delete token.previousSecretDigest;
    if (!matched) return { status: 'wrong_secret', token };
    if (token.expiresAt && token.expiresAt <= now) return { status: 'expired', token };
    if (!token.enabled) return { status: 'disabled', token };
    if (token.userId === null) return { status: 'valid', token, owner: null, matched };

    const owner = await this.users.find(token.userId);
    if (!owner) return { status: 'owner_gone', token };
    if (owner.standing !== 'active') return { status: `owner_${owner.standing}`, token };
    return { status: 'valid', token, owner, matched };
  }

  private candidate(credential: Credential, digest: string): Promise<Token | null> {
    return this.unitOfWork.read((manager) => {
      const query = manager
        .createQueryBuilder(Token, 'token')
        .addSelect(['token.secretDigest', 'token.previousSecretDigest']);
      if ('handle' in credential) {
        const { kind, handle, handleScope = '' } = credential;
        query.where({ kind, handle, handleScope });
      } else {
        query.where([{ secretDigest: digest }, { previousSecretDigest: digest }]);
      }
      return query.getOne();
    });
  }

  private matchedSecret(token: Token, digest: string, now: Date): 'current' | 'previous' | undefined {
    if (token.secretDigest && this.hashing.sameDigest(token.secretDigest, digest)) return 'current';
    const { previousSecretDigest: previous, previousSecretExpiresAt: end } = token;
    if (previous && end && now < end && this.hashing.sameDigest(previous, digest)) return 'previous';
    return undefined;
  }
}
