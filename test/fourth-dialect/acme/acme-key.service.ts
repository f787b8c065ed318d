/** Keys of an account: issue, list, delete. */
import { Inject, Injectable } from '@nestjs/common';
import {
  AccountService,
  HashingService,
  TokenListing,
  TokenService,
  collected,
  newCheckedSecret,
  lockAccountShared,
  type Actor,
  type Secret,
  type Values,
} from '../../../src/dialect-kit.js';
import { teamOf } from './acme-account.js';
import { AcmeKey } from './acme-key.entity.js';
import { ACME_OPTIONS, type ACME_SETTINGS } from './acme.options.js';

@Injectable()
export class AcmeKeyService {
  constructor(
    private readonly accounts: AccountService,
    private readonly tokens: TokenService,
    private readonly listing: TokenListing,
    private readonly hashing: HashingService,
    @Inject(ACME_OPTIONS) private readonly options: Values<typeof ACME_SETTINGS>,
  ) {}

  /** @param named - the team, if the caller names one */
  async issue(actor: Actor, accountId: string, label: string, named?: string): Promise<[AcmeKey, Secret]> {
    const secret = newCheckedSecret(this.options.prefix);
    const digest = this.hashing.digest(secret);
    const key = await this.accounts.change(actor, accountId, async (tx) => {
      await lockAccountShared(tx, accountId);
      const team = named ?? (await teamOf(tx.manager, accountId));
      return this.tokens.issue(tx, AcmeKey, { handle: digest.slice(0, 12), label, accountId, digest, team });
    });
    return [key, secret];
  }

  list(accountId: string): Promise<AcmeKey[]> {
    return collected(this.listing.ofAccount(null, AcmeKey, accountId));
  }

  async delete(actor: Actor, accountId: string, id: string): Promise<void> {
    await this.accounts.change(actor, accountId, (tx) => this.tokens.revoke(tx, AcmeKey, { id, accountId }));
  }
}
