/** Finds the user and the organisation of a key, which a program logs in with (docs/contracts/crm.md §2.3, §2.4). */
import { Injectable } from '@nestjs/common';
import { refusedForScopes, type Origin } from '../../core/index.js';
import {
  AccountService,
  Authenticator,
  MembershipService,
  type Account,
  type Principal,
} from '../../identity/index.js';
import { CrmError } from './crm.errors.js';
import { AUDIENCE } from './crm.options.js';

/** RFC 7617. Public clients write the scheme in lower case, and leave out the colon. */
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/** A key that was presented. */
export interface PresentedKey {
  /** Empty if it is not accepted, so that its exchange fails as that of a wrong one, which is counted and audited. */
  readonly key: string;
  /** Whose key it is, and where it acts; absent if it is not accepted. */
  readonly holder?: Principal & { readonly account: Account };
}

@Injectable()
export class KeyCheck {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
  ) {}

  /**
   * @param header - `Authorization`
   * @param organisation - name or id; needed if the user of the key acts in several
   * @throws CrmError `parameterMissing`; DomainError `not_permitted` for a key with scopes
   */
  async check(header: string | undefined, organisation: string | undefined, origin: Origin): Promise<PresentedKey> {
    const key = keyIn(header);
    const found = await this.authenticator.authenticate(key, AUDIENCE, origin);
    if (found.status === 'scoped') throw refusedForScopes();
    const account = found.status === 'authenticated' ? await this.accountOf(found.principal, organisation) : null;
    // One that has no place here is no better than a wrong one.
    if (found.status !== 'authenticated' || !account) return { key: '' };
    return { key, holder: { ...found.principal, account } };
  }

  /** @throws CrmError `parameterMissing` */
  private async accountOf({ user }: Principal, organisation: string | undefined): Promise<Account | null> {
    if (organisation !== undefined) {
      const account = await this.accounts.findByIdOrName(organisation);
      const isAllowed = account && (user.admin || (await this.memberships.roleOf(user.id, account.id)) !== null);
      return isAllowed ? account : null;
    }
    const [[account], total] = await this.accounts.list(user, {}, { offset: 0, limit: 1 });
    if (total > 1) throw new CrmError('parameterMissing', 'organisation: the user of this key acts in several');
    return account ?? null;
  }
}

/** @throws CrmError `parameterMissing` */
function keyIn(header: string | undefined): string {
  const [, encoded] = BASIC.exec(header ?? '') ?? [];
  const [key = ''] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (key === '') throw new CrmError('parameterMissing', 'key: the user name of HTTP Basic');
  return key;
}
