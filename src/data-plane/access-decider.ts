/** Decides whether a request is admitted, for proxies and for guards alike. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  CredentialForms,
  Verifier,
  publishRefusal,
  refusalChannel,
  type RefusalMessage,
  type Acceptance,
  type CredentialForm,
  type Verdict,
} from '../core/index.js';
import { AccountCount, MemberRoles } from '../identity/index.js';
import type { Values } from '../settings/index.js';
import { decisionChannel, type DecisionMessage, type DecisionSource } from './channels.js';
import { admits, admitsMember, canAdmit, namesHolders, type AccessPolicy } from './access-policy.js';
import { CredentialReader, type Candidate, type PresentedCredential } from './credential-reader.js';
import { DATA_PLANE_OPTIONS } from './data-plane.options.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

/**
 * `unauthenticated`: no valid credential; `forbidden`: a valid credential that the policy does not admit.
 * `accountNotNamed`: the policy admits nobody, as it does not say whose tokens it means and there are several accounts.
 */
export type Decision =
  | { readonly outcome: 'admitted'; readonly acceptance: Acceptance }
  | { readonly outcome: 'unauthenticated'; readonly hasCredentials: boolean }
  | { readonly outcome: 'forbidden'; readonly accountNotNamed: boolean };

type Reason = DecisionMessage['reason'];

const MISSING: Decision = { outcome: 'unauthenticated', hasCredentials: false };
const REFUSED: Decision = { outcome: 'unauthenticated', hasCredentials: true };
const FORBIDDEN: Decision = { outcome: 'forbidden', accountNotNamed: false };
const ACCOUNT_NOT_NAMED: Decision = { outcome: 'forbidden', accountNotNamed: true };

/** How often the log says that a policy names no account, in milliseconds at least. */
const WARNING_INTERVAL_MS = 60_000;

/** Decides by the credential headers of a request. */
@Injectable()
export class AccessDecider {
  /** Kinds of token that can be presented. */
  readonly kinds: readonly string[];
  private readonly logger = new Logger(AccessDecider.name);
  /** Reads the credentials of all forms. */
  private readonly reader: CredentialReader;
  private readonly readers = new WeakMap<AccessPolicy, CredentialReader>();
  private readonly withoutAccount: boolean;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly verifier: Verifier,
    private readonly accounts: AccountCount,
    private readonly roles: MemberRoles,
    private readonly forms: CredentialForms,
    @Inject(DATA_PLANE_OPTIONS) { withoutAccount }: Values<typeof DATA_PLANE_SETTINGS>,
  ) {
    this.kinds = forms.kinds;
    this.reader = new CredentialReader(forms);
    this.withoutAccount = withoutAccount;
  }

  /**
   * Decides whether a request is admitted; synchronous if no database access is needed.
   * @param source - where the request comes from; without it, nothing is published, and the last use has no address
   * @throws DomainError `unavailable`, thrown or rejected
   */
  decide(rawHeaders: readonly string[], policy: AccessPolicy, source?: DecisionSource): Decision | Promise<Decision> {
    const presented = this.presented(rawHeaders, policy);
    if ('reason' in presented) return refusal(presented.reason, policy, source);
    if ('candidates' in presented) return this.decideAmong(presented.candidates, policy, source);
    const { credential, form } = presented;
    const verdict = this.verifier.check(credential, source);
    return verdict instanceof Promise
      ? verdict.then((late) => this.decisionOn(late, form, policy, source))
      : this.decisionOn(verdict, form, policy, source);
  }

  /** A credential that the policy cannot admit is the application's, unless there is no other. */
  private presented(rawHeaders: readonly string[], policy: AccessPolicy): PresentedCredential {
    const reader = this.readerFor(policy);
    const presented = reader.read(rawHeaders);
    const isMissing = 'reason' in presented && presented.reason === 'missing';
    return isMissing && reader !== this.reader ? this.reader.read(rawHeaders) : presented;
  }

  private readerFor(policy: AccessPolicy): CredentialReader {
    const known = this.readers.get(policy);
    if (known) return known;
    const isRead = (form: CredentialForm): boolean => canAdmit(policy, form);
    const readsAll = this.forms.presentable.every(isRead);
    const reader = readsAll ? this.reader : new CredentialReader(this.forms, isRead);
    this.readers.set(policy, reader);
    return reader;
  }

  /** Those that this server does not know are the application's, if their headers can be. */
  private async decideAmong(
    candidates: readonly Candidate[],
    policy: AccessPolicy,
    source: DecisionSource | undefined,
  ): Promise<Decision> {
    const judged = await Promise.all(
      candidates.map(async ({ credential, form }) => ({
        form,
        verdict: await this.verifier.check(credential, source),
      })),
    );
    const isOurs = ({ form, verdict }: (typeof judged)[number]): boolean =>
      verdict.status !== 'unknown' || form.inHeaders.isUsedByApplications !== true;
    const [ours, second] = judged.filter(isOurs);
    if (second) return refusal('conflicting', policy, source);
    if (!ours) return refusal('unknown', policy, source);
    return this.decisionOn(ours.verdict, ours.form, policy, source);
  }

  private decisionOn(
    verdict: Verdict,
    form: CredentialForm,
    policy: AccessPolicy,
    source: DecisionSource | undefined,
  ): Decision | Promise<Decision> {
    const reason = reasonAgainst(verdict, form, policy) ?? this.reasonByAccounts(verdict, policy);
    return reason instanceof Promise
      ? reason.then((late) => this.concluded(verdict, late, policy, source))
      : this.concluded(verdict, reason, policy, source);
  }

  /** What is asked last, because it may need the database: the memberships of the user, and the number of accounts. */
  private reasonByAccounts(verdict: Verdict, policy: AccessPolicy): Reason | Promise<Reason> {
    if (policy.memberOf) return this.reasonByRoles(verdict, policy);
    if (this.withoutAccount || namesHolders(policy)) return null;
    const several = this.accounts.isMoreThanOne();
    if (several instanceof Promise) return several.then((late) => (late ? 'account_not_named' : null));
    return several ? 'account_not_named' : null;
  }

  private reasonByRoles(verdict: Verdict, policy: AccessPolicy): Reason | Promise<Reason> {
    const userId = verdict.status === 'valid' ? verdict.token.userId : null;
    if (userId === null) return 'not_admitted';
    const roles = this.roles.of(userId);
    if (roles instanceof Promise) return roles.then((late) => (admitsMember(policy, late) ? null : 'not_admitted'));
    return admitsMember(policy, roles) ? null : 'not_admitted';
  }

  private concluded(
    verdict: Verdict,
    reason: Reason,
    policy: AccessPolicy,
    source: DecisionSource | undefined,
  ): Decision {
    const outcome = outcomeOf(reason);
    if (source && decisionChannel.hasSubscribers) publish(source, policy, outcome, reason, verdict);
    if (source && reason !== null && outcome !== 'admitted') publishIfKnown(source, policy, reason, verdict);
    if (reason === 'account_not_named') {
      this.warn();
      return ACCOUNT_NOT_NAMED;
    }
    if (outcome === 'forbidden') return FORBIDDEN;
    return verdict.status === 'valid' && outcome === 'admitted' ? { outcome, acceptance: verdict } : REFUSED;
  }

  private warn(): void {
    const now = performance.now();
    if (now - this.warnedAt < WARNING_INTERVAL_MS) return;
    this.warnedAt = now;
    this.logger.warn(
      'a valid token was refused because the rule names no account and there are several: add account=, member_of=, ' +
        'user= or token= to the rule of the proxy or guard, or set VERIFY_WITHOUT_ACCOUNT=true',
    );
  }
}

function refusal(
  reason: 'missing' | 'malformed' | 'conflicting' | 'unknown',
  policy: AccessPolicy,
  source: DecisionSource | undefined,
): Decision {
  if (source && decisionChannel.hasSubscribers) publish(source, policy, 'unauthenticated', reason);
  return reason === 'missing' ? MISSING : REFUSED;
}

function outcomeOf(reason: Reason): DecisionMessage['outcome'] {
  if (reason === null) return 'admitted';
  return reason === 'not_admitted' || reason === 'account_not_named' ? 'forbidden' : 'unauthenticated';
}

/** `null` if nothing speaks against admitting it but what needs the database. */
function reasonAgainst(verdict: Verdict, form: CredentialForm, policy: AccessPolicy): Reason {
  if (verdict.status !== 'valid') return verdict.status;
  const { token } = verdict;
  if (!form.kinds.includes(token.kind) || form.accepts?.(token) === false) return 'wrong_form';
  return admits(policy, verdict) ? null : 'not_admitted';
}

function publish(
  { entryPoint, address, requestId = null }: DecisionSource,
  policy: AccessPolicy,
  outcome: DecisionMessage['outcome'],
  reason: Reason,
  verdict?: Verdict,
): void {
  const token = verdict && 'token' in verdict ? verdict.token : undefined;
  const { kind = null, id: tokenId = null, accountId = null } = token ?? {};
  decisionChannel.publish({ entryPoint, outcome, reason, kind, tokenId, accountId, policy, address, requestId });
}

type RefusalReason = RefusalMessage['reason'];

function publishIfKnown(
  source: DecisionSource,
  policy: AccessPolicy,
  reason: Exclude<Reason, null>,
  verdict: Verdict,
): void {
  if (!refusalChannel.hasSubscribers || !('token' in verdict)) return;
  const { entryPoint } = source;
  publishRefusal({ entryPoint, reason: reason as RefusalReason, rule: JSON.stringify(policy) }, verdict.token, source);
}
