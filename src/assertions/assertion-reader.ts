/** Checks assertions that this server has signed, for those who ask what one says. */
import { Injectable } from '@nestjs/common';
import type { JWTPayload } from 'jose';
import { Clock } from '../core/index.js';
import { AssertionIssuer } from './issuer.js';
import { loadJose } from './jose.js';
import { SigningKeys } from './signing-keys.js';

@Injectable()
export class AssertionReader {
  constructor(
    private readonly keys: SigningKeys,
    private readonly issuer: AssertionIssuer,
    private readonly clock: Clock,
  ) {}

  /** The claims of an assertion, for whatever application; `null` if it is not one, or not valid any more. */
  async read(text: string): Promise<JWTPayload | null> {
    const { createLocalJWKSet, jwtVerify } = await loadJose();
    const published = await this.keys.published();
    const keys = createLocalJWKSet({ keys: published.map(({ publicKey }) => ({ ...publicKey })) });
    try {
      const { payload } = await jwtVerify(text, keys, {
        algorithms: ['RS256'],
        issuer: this.issuer.url,
        requiredClaims: ['aud', 'exp', 'iat'],
        currentDate: this.clock.now(),
      });
      return payload;
    } catch {
      return null;
    }
  }
}
