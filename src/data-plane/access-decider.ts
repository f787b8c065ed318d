/** Decides whether a request is admitted, for proxies and for guards alike. */
import { Injectable } from '@nestjs/common';
import { CredentialForms, Verifier, type Acceptance, type CredentialForm, type Verdict } from '../core/index.js';
import { admits, type AccessPolicy } from './access-policy.js';
import { CredentialReader } from './credential-reader.js';

/** `unauthenticated`: no valid credential; `forbidden`: a valid credential that the policy does not admit. */
export type Decision =
  | { readonly outcome: 'admitted'; readonly acceptance: Acceptance }
  | { readonly outcome: 'unauthenticated'; readonly hasCredentials: boolean }
  | { readonly outcome: 'forbidden' };

const MISSING: Decision = { outcome: 'unauthenticated', hasCredentials: false };
const REFUSED: Decision = { outcome: 'unauthenticated', hasCredentials: true };
const FORBIDDEN: Decision = { outcome: 'forbidden' };

/** Decides by the credential headers of a request. */
@Injectable()
export class AccessDecider {
  /** Kinds of token that can be presented. */
  readonly kinds: readonly string[];
  private readonly reader: CredentialReader;

  constructor(
    private readonly verifier: Verifier,
    forms: CredentialForms,
  ) {
    this.kinds = forms.kinds;
    this.reader = new CredentialReader(forms);
  }

  /**
   * Decides whether a request is admitted; synchronous if no database access is needed.
   * @throws DomainError `unavailable`, thrown or rejected
   */
  decide(rawHeaders: readonly string[], policy: AccessPolicy): Decision | Promise<Decision> {
    const presented = this.reader.read(rawHeaders);
    if ('reason' in presented) return presented.reason === 'missing' ? MISSING : REFUSED;
    const { credential, form } = presented;
    const verdict = this.verifier.check(credential);
    return verdict instanceof Promise
      ? verdict.then((late) => decisionOn(late, form, policy))
      : decisionOn(verdict, form, policy);
  }
}

function decisionOn(verdict: Verdict, form: CredentialForm, policy: AccessPolicy): Decision {
  if (verdict.status !== 'valid') return REFUSED;
  const { token } = verdict;
  if (!form.kinds.includes(token.kind) || form.accepts?.(token) === false) return REFUSED;
  return admits(policy, verdict) ? { outcome: 'admitted', acceptance: verdict } : FORBIDDEN;
}
