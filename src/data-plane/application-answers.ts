/** Answers `/verify` for applications: admits by their policies, and adds an assertion that they can check. */
import { Injectable } from '@nestjs/common';
import type { KnownApplication } from '../applications/index.js';
import { AssertionForms, AssertionSigner, type Assertion } from '../assertions/index.js';
import type { Acceptance } from '../core/index.js';
import { AccessDecider, type Decision } from './access-decider.js';
import { BY_HOST, PolicyError, type AccessPolicy } from './access-policy.js';
import { AnswerCaching, NO_STORE } from './answer-caching.js';
import { ApplicationFinder } from './application-finder.js';
import { NO_IDENTITY, identityHeaders } from './identity-headers.js';
import { VerifyAnswer } from './verify-answer.js';
import type { VerifyExchange } from './verify-exchange.js';

/** Nothing more is told: a caller could otherwise learn which applications there are. */
const UNKNOWN = 'app names no application of this server';

/** For answers that depend on more than credentials: a cache could give one for another address, host or path. */
const NEVER = 0;

const NO_APPLICATION = JSON.stringify({
  error: 'forbidden',
  error_description:
    'no application answers for this host and path; on a server with several accounts, the host has to lie in a zone, or ' +
    'the rule to name the account (account=)',
});

/** An answer, or the decision to be answered as without an application. */
type Answer = VerifyAnswer | Decision;

@Injectable()
export class ApplicationAnswers {
  /** Prepared answers; only used if they may not be cached by proxies. */
  private readonly admitted = new WeakMap<Assertion, VerifyAnswer>();
  /** For requests that pass without a token: what a client sent in these headers has to be overwritten. */
  private readonly passed: VerifyAnswer;
  private readonly noApplication: VerifyAnswer;

  constructor(
    private readonly decider: AccessDecider,
    private readonly finder: ApplicationFinder,
    private readonly signer: AssertionSigner,
    private readonly forms: AssertionForms,
    private readonly caching: AnswerCaching,
  ) {
    this.noApplication = new VerifyAnswer(403, [...NO_STORE, ...caching.vary()], NO_APPLICATION);
    this.passed = new VerifyAnswer(200, [...NO_STORE, ...NO_IDENTITY, ...this.assertionHeaders(null)]);
  }

  /**
   * @returns at once if nothing has to be read or signed
   * @throws PolicyError for an application that does not exist; DomainError `unavailable`; thrown or rejected
   */
  answer(exchange: VerifyExchange, policy: AccessPolicy): Answer | Promise<Answer> {
    const found = this.finder.find(exchange.request, policy);
    return found instanceof Promise
      ? found.then((late) => this.answerFor(late, exchange, policy))
      : this.answerFor(found, exchange, policy);
  }

  private answerFor(
    application: KnownApplication | null,
    exchange: VerifyExchange,
    policy: AccessPolicy,
  ): Answer | Promise<Answer> {
    // At a host, clients can ask for anything; a name stands in the rule.
    if (!application && policy.application === BY_HOST) return this.noApplication;
    if (!application) throw new PolicyError(UNKNOWN);
    const { request } = exchange;
    if (application.passesPreflight && this.finder.isPreflight(request)) return this.passed;
    const address = application.needsAddress ? exchange.address : null;
    const decision = this.decider.decide(request.rawHeaders, policy, exchange, { application, address });
    return decision instanceof Promise
      ? decision.then((late) => this.answerTo(late, application, policy))
      : this.answerTo(decision, application, policy);
  }

  private answerTo(decision: Decision, application: KnownApplication, policy: AccessPolicy): Answer | Promise<Answer> {
    if (decision.outcome === 'bypassed') return this.passed;
    if (decision.outcome !== 'admitted') return decision;
    const { acceptance } = decision;
    const assertion = this.signer.sign(acceptance, application.aud);
    return assertion instanceof Promise
      ? assertion.then((late) => this.admission(acceptance, late, application, policy))
      : this.admission(acceptance, assertion, application, policy);
  }

  private admission(
    acceptance: Acceptance,
    assertion: Assertion | null,
    { tokenHeader, needsAddress }: KnownApplication,
    policy: AccessPolicy,
  ): VerifyAnswer {
    const known = assertion && this.admitted.get(assertion);
    if (known) return known;
    const until = needsAddress || policy.application === BY_HOST ? NEVER : endOfCaching(assertion);
    const control = this.caching.control(acceptance, until, tokenHeader === null ? [] : [tokenHeader]);
    const headers = [...control, ...identityHeaders(acceptance), ...this.assertionHeaders(assertion)];
    const answer = new VerifyAnswer(200, headers);
    if (assertion && this.caching.isOff) this.admitted.set(assertion, answer);
    return answer;
  }

  /** The header of every form of assertion, empty for those that do not apply. */
  private assertionHeaders(assertion: Assertion | null): readonly string[] {
    return this.forms.headers.flatMap((name) => [name, name === assertion?.header ? assertion.text : '']);
  }
}

/** What is cached is handed out for as long: half of the life that the assertion has at most then stays. */
function endOfCaching(assertion: Assertion | null): number | undefined {
  return assertion ? (assertion.signedAt + assertion.expiresAt) / 2 : undefined;
}
