/** The vendor's ids of access tokens, which are derived from the token itself (docs/contracts/canvus.md §2.2). */
import type { HashingService, Secret } from '../../core/index.js';
import { PersonalTokenHandles, type ServerSettings } from '../../identity/index.js';

/** Name of the setting with the server's salt, which is created once and never changes. */
const SALT = 'token-id-salt';

const COST = 4;

export class CanvusTokenHandles extends PersonalTokenHandles {
  constructor(
    private readonly settings: ServerSettings,
    private readonly hashing: HashingService,
  ) {
    super();
  }

  async handleOf(secret: Secret): Promise<string> {
    const salt = await this.settings.constant(SALT, () => newTokenIdSalt(this.hashing));
    return tokenId(this.hashing, secret, salt);
  }
}

/** Base64 of `bcrypt(secret, salt)`: 80 characters `[A-Za-z0-9]`. */
export async function tokenId(hashing: HashingService, secret: Secret, salt: string): Promise<string> {
  return Buffer.from(await hashing.hashWithSalt(secret, salt)).toString('base64');
}

/** `$2a$04$` and 22 characters. */
export function newTokenIdSalt(hashing: HashingService): Promise<string> {
  return hashing.newSalt(COST);
}
