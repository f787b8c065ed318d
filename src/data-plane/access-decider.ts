/** Decides whether a request is admitted, for proxies and for guards alike. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { KnownApplication } from '../applications/index.js';
import { CredentialForms, Verifier, type Acceptance, type CredentialForm, type Verdict } from '../core/index.js';
import { AccountCount, MemberRoles } from '../identity/index.js';
import type { Values } from '../settings/index.js';
import { ApplicationReaders } from './application-readers.js';
import type { DecisionMessage, DecisionSource } from './channels.js';
import { publishDecision } from './decision-messages.js';
import {
  admits,
  admitsMember,
  canAdmit,
  holdsScopes,
  namedAccount,
  namesHolders,
  type AccessPolicy,
} from './access-policy.js';
import { CredentialReader, type Candidate, type PresentedCredential } from './credential-reader.js';
import { TokenPasswords } from './token-passwords.js';
import { DATA_PLANE_OPTIONS } from './data-plane.options.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

/**
 * `unauthenticated`: no valid credential; `forbidden`: a valid credential that the policy does not admit.
 * `bypassed`: an application admits without a token. `accountNotNamed`: the policy admits nobody, as it does not say whose
 * tokens it means and there are several accounts. `lacksScope`: the token is admitted but for a scope that it lacks.
 */
export type Decision =
  | { readonly outcome: 'admitted'; readonly acceptance: Acceptance }
  | { readonly outcome: 'bypassed' }
  | { readonly outcome: 'unauthenticated'; readonly hasCredentials: boolean }
  | { readonly outcome: 'forbidden'; readonly accountNotNamed: boolean; readonly lacksScope?: boolean };

/** The application that a request is for, and the address of its sender; `null` if no policy needs it. */
export interface ApplicationVisit {
  readonly application: KnownApplication;
  readonly address: string | null;
}

/** A request for a decision. */
interface Question {
  readonly policy: AccessPolicy;
  readonly source: DecisionSource | undefined;
  readonly visit: ApplicationVisit | undefined;
}

/** Injection token by which guards ask for the decider: where it is missing, what Nest says of it names what to do. */
export const GUARDING = Symbol(
  'what DataPlaneModule.forRoot or LatchkeyGuardsModule.forRoot returns, in the imports of this module',
);

type Reason = DecisionMessage['reason'];

const UNKNOWN: Verdict = { status: 'unknown' };
const BYPASSED: Decision = { outcome: 'bypassed' };
const MISSING: Decision = { outcome: 'unauthenticated', hasCredentials: false };
const REFUSED: Decision = { outcome: 'unauthenticated', hasCredentials: true };
const FORBIDDEN: Decision = { outcome: 'forbidden', accountNotNamed: false };
const LACKS_SCOPE: Decision = { outcome: 'forbidden', accountNotNamed: false, lacksScope: true };
const ACCOUNT_NOT_NAMED: Decision = { outcome: 'forbidden', accountNotNamed: true };

/** How often the log says that a policy names no account, in milliseconds at least. */
const WARNING_INTERVAL_MS = 60_000;

/** Decides by the credential headers of a request. */
@Injectable()
export class AccessDecider {
  /** Kinds of token that can be presented. */
  readonly kinds: readonly string[];
  /** Those that a policy has to name, together with one account. */
  readonly kindsOfAccounts: readonly string[];
  private readonly logger = new Logger(AccessDecider.name);
  /** Reads the credentials of all forms. */
  private readonly reader: CredentialReader;
  private readonly readers = new WeakMap<AccessPolicy, CredentialReader>();
  private readonly applicationReaders: ApplicationReaders;
  private readonly withoutAccount: boolean;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly verifier: Verifier,
    private readonly accounts: AccountCount,
    private readonly roles: MemberRoles,
    private readonly forms: CredentialForms,
    private readonly passwords: TokenPasswords,
    @Inject(DATA_PLANE_OPTIONS) { withoutAccount }: Values<typeof DATA_PLANE_SETTINGS>,
  ) {
    this.kinds = forms.kinds;
    this.kindsOfAccounts = forms.kindsOfAccounts;
    this.reader = new CredentialReader(forms, isReadByDefault);
    this.applicationReaders = new ApplicationReaders(forms);
    this.withoutAccount = withoutAccount;
  }

  /**
   * Decides whether a request is admitted; synchronous if no database access is needed.
   * @param source - where the request comes from; without it, nothing is published, and the last use has no address
   * @param visit - the application, if the policy names one: its policies have to admit as well
   * @throws DomainError `unavailable`, thrown or rejected
   */
  decide(
    rawHeaders: readonly string[],
    policy: AccessPolicy,
    source?: DecisionSource,
    visit?: ApplicationVisit,
  ): Decision | Promise<Decision> {
    const question = { policy, source, visit };
    const presented = this.presented(rawHeaders, question);
    if ('reason' in presented) return refusal(presented.reason, question);
    if ('candidates' in presented) return this.decideAmong(presented.candidates, question);
    const { form } = presented;
    const verdict = this.verdictOn(presented, question);
    return verdict instanceof Promise
      ? verdict.then((late) => this.decisionOn(late, form, question))
      : this.decisionOn(verdict, form, question);
  }

  /** A credential that the policy cannot admit is the application's, unless there is no other. */
  private presented(rawHeaders: readonly string[], question: Question): PresentedCredential {
    const { policy, visit } = question;
    const reader = visit ? this.applicationReaders.readerFor(policy, visit.application) : this.readerFor(policy);
    const presented = reader.read(rawHeaders);
    const isMissing = 'reason' in presented && presented.reason === 'missing';
    if (!isMissing || reader === this.reader || isBypassed(question)) return presented;
    return this.reader.read(rawHeaders);
  }

  private readerFor(policy: AccessPolicy): CredentialReader {
    const known = this.readers.get(policy);
    if (known) return known;
    const isRead = (form: CredentialForm): boolean => canAdmit(policy, form);
    const readsDefault = this.forms.presentable.every((form) => isRead(form) === isReadByDefault(form));
    const reader = readsDefault ? this.reader : new CredentialReader(this.forms, isRead);
    this.readers.set(policy, reader);
    return reader;
  }

  /** Those that this server does not know are the application's, if their headers can be. */
  private async decideAmong(candidates: readonly Candidate[], question: Question): Promise<Decision> {
    const judged = await Promise.all(
      candidates.map(async ({ credential, form }) => ({
        form,
        verdict: await this.verdictOn({ credential, form }, question),
      })),
    );
    const isOurs = ({ form, verdict }: (typeof judged)[number]): boolean =>
      verdict.status !== 'unknown' || form.inHeaders.isUsedByApplications !== true;
    const [ours, second] = judged.filter(isOurs);
    if (second) return refusal('conflicting', question);
    if (!ours) return refusal('unknown', question);
    return this.decisionOn(ours.verdict, ours.form, question);
  }

  private verdictOn({ credential, form }: Candidate, { policy, source }: Question): Verdict | Promise<Verdict> {
    if (form.belongsTo !== 'account') return this.verifier.check(credential, source);
    const accountId = namedAccount(policy);
    if (accountId === undefined || !('kind' in credential)) return UNKNOWN;
    if (!form.named || !('handle' in credential)) {
      return this.verifier.check({ ...credential, handleScope: accountId }, source);
    }
    const { kind, handle: name, secret: password } = credential;
    return this.passwords.check(form.named, { kind, accountId, name, password }, source);
  }

  private decisionOn(verdict: Verdict, form: CredentialForm, question: Question): Decision | Promise<Decision> {
    const { visit } = question;
    const admission =
      visit && verdict.status === 'valid' ? visit.application.decide(verdict.token, visit.address) : null;
    if (admission === 'bypassed') return bypass(question);
    const isAdmitted = admission === null || admission === 'admitted';
    const reason =
      reasonAgainst(verdict, form, question.policy, isAdmitted) ?? this.reasonByAccounts(verdict, question);
    return reason instanceof Promise
      ? reason.then((late) => this.concluded(verdict, late, question))
      : this.concluded(verdict, reason, question);
  }

  /** What is asked last, because it may need the database: the memberships of the user, and the number of accounts. */
  private reasonByAccounts(verdict: Verdict, { policy, visit }: Question): Reason | Promise<Reason> {
    if (policy.memberOf) return this.reasonByRoles(verdict, policy);
    // An application belongs to one account, and admits no token of another.
    if (this.withoutAccount || visit || namesHolders(policy)) return null;
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

  private concluded(verdict: Verdict, reason: Reason, question: Question): Decision {
    const outcome = outcomeOf(reason);
    if (outcome === 'unauthenticated' && isBypassed(question)) return bypass(question);
    publishDecision(question, outcome, reason, verdict);
    if (reason === 'account_not_named') {
      this.warn();
      return ACCOUNT_NOT_NAMED;
    }
    if (reason === 'lacks_scope') return LACKS_SCOPE;
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

/** Whether a policy that names nothing reads credentials of this form. */
function isReadByDefault({ belongsTo }: CredentialForm): boolean {
  return belongsTo === undefined;
}

function refusal(reason: 'missing' | 'malformed' | 'conflicting' | 'unknown', question: Question): Decision {
  const isReadable = reason === 'missing' || reason === 'unknown';
  if (isReadable && isBypassed(question)) return bypass(question);
  publishDecision(question, 'unauthenticated', reason);
  return reason === 'missing' ? MISSING : REFUSED;
}

/** Whether the application admits everybody, or everybody from this address. */
function isBypassed({ visit }: Question): boolean {
  return visit?.application.decide(null, visit.address) === 'bypassed';
}

function bypass(question: Question): Decision {
  publishDecision(question, 'admitted', null);
  return BYPASSED;
}

function outcomeOf(reason: Reason): DecisionMessage['outcome'] {
  if (reason === null) return 'admitted';
  const isForbidden = reason === 'not_admitted' || reason === 'lacks_scope' || reason === 'account_not_named';
  return isForbidden ? 'forbidden' : 'unauthenticated';
}

/**
 * `null` if nothing speaks against admitting it but what needs the database.
 * @param isAdmitted - by the application, if there is one
 */
function reasonAgainst(verdict: Verdict, form: CredentialForm, policy: AccessPolicy, isAdmitted: boolean): Reason {
  if (verdict.status !== 'valid') return verdict.status;
  const { token } = verdict;
  if (!form.kinds.includes(token.kind) || form.accepts?.(token) === false) return 'wrong_form';
  if (!isAdmitted) return 'not_admitted';
  if (!admits(policy, verdict)) return 'not_admitted';
  return holdsScopes(policy, verdict) ? null : 'lacks_scope';
}
