/** Decides whether a request is admitted, for proxies and for guards alike. */
import { Injectable } from '@nestjs/common';
import { CredentialForms, Verifier, type Acceptance, type CredentialForm, type Verdict } from '../core/index.js';
import { decisionChannel, type DecisionMessage, type DecisionSource } from './channels.js';
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
   * @param source - where the request comes from; without it, nothing is published
   * @throws DomainError `unavailable`, thrown or rejected
   */
  decide(rawHeaders: readonly string[], policy: AccessPolicy, source?: DecisionSource): Decision | Promise<Decision> {
    const presented = this.reader.read(rawHeaders);
    if ('reason' in presented) {
      if (source && decisionChannel.hasSubscribers) publish(source, policy, 'unauthenticated', presented.reason);
      return presented.reason === 'missing' ? MISSING : REFUSED;
    }
    const { credential, form } = presented;
    const verdict = this.verifier.check(credential);
    return verdict instanceof Promise
      ? verdict.then((late) => decisionOn(late, form, policy, source))
      : decisionOn(verdict, form, policy, source);
  }
}

function decisionOn(
  verdict: Verdict,
  form: CredentialForm,
  policy: AccessPolicy,
  source: DecisionSource | undefined,
): Decision {
  const reason = reasonAgainst(verdict, form, policy);
  const outcome = reason === null ? 'admitted' : reason === 'not_admitted' ? 'forbidden' : 'unauthenticated';
  if (source && decisionChannel.hasSubscribers) publish(source, policy, outcome, reason, verdict);
  if (outcome === 'forbidden') return FORBIDDEN;
  return verdict.status === 'valid' && outcome === 'admitted' ? { outcome, acceptance: verdict } : REFUSED;
}

/** `null` if the request is admitted. */
function reasonAgainst(verdict: Verdict, form: CredentialForm, policy: AccessPolicy): DecisionMessage['reason'] {
  if (verdict.status !== 'valid') return verdict.status;
  const { token } = verdict;
  if (!form.kinds.includes(token.kind) || form.accepts?.(token) === false) return 'wrong_form';
  return admits(policy, verdict) ? null : 'not_admitted';
}

function publish(
  { door, address, requestId = null }: DecisionSource,
  policy: AccessPolicy,
  outcome: DecisionMessage['outcome'],
  reason: DecisionMessage['reason'],
  verdict?: Verdict,
): void {
  const token = verdict && 'token' in verdict ? verdict.token : undefined;
  const { kind = null, id: tokenId = null, accountId = null } = token ?? {};
  decisionChannel.publish({ door, outcome, reason, kind, tokenId, accountId, policy, address, requestId });
}
