/** Finds tokens whose secret is unique in an account only, in the accounts of the caller. */
import { Injectable } from '@nestjs/common';
import { CredentialForms, Verifier, isStorableText, type Secret, type Verdict } from '../../core/index.js';
import { MemberRoles } from '../../identity/index.js';
import { OAuthError } from './oauth.errors.js';
import type { OAuthCaller } from './oauth.guard.js';

/** The longest handle of a token. */
const HANDLE_MAX = 255;

/** In how many accounts a token is looked for at most. */
const ACCOUNTS_MAX = 50;

const UNKNOWN: Verdict = { status: 'unknown' };

@Injectable()
export class AccountTokens {
  private readonly kinds: readonly string[];

  constructor(
    forms: CredentialForms,
    private readonly verifier: Verifier,
    private readonly roles: MemberRoles,
  ) {
    const codes = forms.presentable.filter(({ belongsTo, named }) => belongsTo === 'account' && named === undefined);
    this.kinds = [...new Set(codes.flatMap(({ kinds }) => kinds))];
  }

  /**
   * Whether the caller may see what is found is for others to say.
   * @param account - the only account to look in. Default: those that the caller belongs to
   * @throws OAuthError `invalid_request` if there are too many accounts, or several have such a token
   */
  async verdictOn(caller: OAuthCaller, code: Secret, account: string | undefined): Promise<Verdict> {
    if (this.kinds.length === 0 || !isStorableText(code.reveal(), 1, HANDLE_MAX)) return UNKNOWN;
    const accounts = account === undefined ? await this.accountsOf(caller) : [account];
    if (accounts.length > ACCOUNTS_MAX) {
      throw new OAuthError(
        'invalid_request',
        `you belong to more than ${String(ACCOUNTS_MAX)} accounts; name one: account=`,
      );
    }
    const verdicts = await Promise.all(
      accounts.flatMap((handleScope) =>
        this.kinds.map((kind) => this.verifier.verify({ kind, handleScope, secret: code })),
      ),
    );
    const [found, second] = verdicts.filter((verdict) => 'token' in verdict);
    if (second) {
      throw new OAuthError('invalid_request', 'several of your accounts have such a token; name one of them: account=');
    }
    return found ?? UNKNOWN;
  }

  private async accountsOf(caller: OAuthCaller): Promise<readonly string[]> {
    if (caller.as === 'service') return caller.token.accountId === null ? [] : [caller.token.accountId];
    const roles = await this.roles.of(caller.principal.user.id);
    return [...roles.keys()];
  }
}
