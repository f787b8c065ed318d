/** Answers `/verify`, with which proxies ask whether to admit a request (docs/design.md §9). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application } from 'express';
import { LRUCache } from 'lru-cache';
import {
  CredentialForms,
  DomainError,
  Overload,
  SampledWarnings,
  UserDirectory,
  errorSummary,
  type Acceptance,
} from '../core/index.js';
import { PolicyError, type AccessPolicy } from './access-policy.js';
import { AccessDecider, type Decision } from './access-decider.js';
import { AnswerCaching, NO_STORE } from './answer-caching.js';
import { RAW_HEADERS_MAX } from './credential-reader.js';
import { ApplicationAnswers } from './application-answers.js';
import { identityHeaders } from './identity-headers.js';
import { checkAccount, readPolicy } from './policy-query.js';
import { VerifyAnswer } from './verify-answer.js';
import { VerifyExchange } from './verify-exchange.js';

/** Maximum number of parsed policies to cache; proxies use only a few. */
const MAX_POLICIES = 200;

const NOT_ACCEPTED = JSON.stringify({ error: 'unauthorized', error_description: 'missing or invalid credentials' });
const TOO_MANY_HEADERS = JSON.stringify({
  error: 'invalid_request',
  error_description: `the request has ${String(RAW_HEADERS_MAX / 2)} header lines or more: send fewer`,
});
const NOT_ADMITTED = JSON.stringify({
  error: 'forbidden',
  error_description: 'the credential is valid, but not admitted here',
});
const ACCOUNT_NOT_NAMED = JSON.stringify({
  error: 'forbidden',
  error_description:
    'the rule names no account, and this server has several: add account=, member_of=, user= or token= to the rule ' +
    'that the proxy asks by, or set VERIFY_WITHOUT_ACCOUNT=true',
});

/** A decision, or the answer to one for an application. */
type Decided = Decision | VerifyAnswer;

@Injectable()
export class ForwardAuth {
  private readonly logger = new Logger(ForwardAuth.name);
  private readonly warnings = new SampledWarnings(this.logger);
  private readonly policies = new LRUCache<string, AccessPolicy>({ max: MAX_POLICIES });
  private readonly notAdmitted: VerifyAnswer;
  private readonly accountNotNamed: VerifyAnswer;
  private readonly scopeMissing = new WeakMap<AccessPolicy, VerifyAnswer>();
  private readonly noCredentials: VerifyAnswer;
  private readonly notAccepted: VerifyAnswer;
  private readonly tooManyHeaders: VerifyAnswer;
  /** Prepared answers; only used if they may not be cached by proxies. */
  private readonly admitted = new WeakMap<Acceptance, VerifyAnswer>();

  constructor(
    private readonly decider: AccessDecider,
    private readonly applications: ApplicationAnswers,
    private readonly caching: AnswerCaching,
    private readonly forms: CredentialForms,
    private readonly host: HttpAdapterHost,
    private readonly users: UserDirectory,
  ) {
    const refusal = [...NO_STORE, ...caching.vary()];
    const challenge = [...refusal, 'WWW-Authenticate'];
    this.notAdmitted = new VerifyAnswer(403, refusal, NOT_ADMITTED);
    this.accountNotNamed = new VerifyAnswer(403, refusal, ACCOUNT_NOT_NAMED);
    // RFC 6750 §3.1: no error code for a request without credentials.
    this.noCredentials = new VerifyAnswer(401, [...challenge, 'Bearer realm="latchkey"'], NOT_ACCEPTED);
    this.tooManyHeaders = new VerifyAnswer(431, refusal, TOO_MANY_HEADERS);
    const invalid = 'Bearer realm="latchkey", error="invalid_token"';
    this.notAccepted = new VerifyAnswer(401, [...challenge, invalid], NOT_ACCEPTED);
  }

  /** The application whose trust in proxies counts. */
  private readonly application = (): Application => this.host.httpAdapter.getInstance<Application>();

  /** @param policy - the policy as query text */
  answer(request: IncomingMessage, response: ServerResponse, policy: string): void {
    const exchange = new VerifyExchange(request, response, this.application);
    if (VerifyExchange.isObserved)
      exchange.start(() => {
        this.decide(exchange, policy);
      });
    else this.decide(exchange, policy);
  }

  private decide(exchange: VerifyExchange, policy: string): void {
    try {
      const read = this.policyOf(policy);
      const decision = this.decisionOn(exchange, read);
      if (decision instanceof Promise) void this.sendLater(exchange, decision, read);
      else exchange.send(this.answerTo(decision, exchange, read));
    } catch (error) {
      this.sendError(exchange, error);
    }
  }

  private decisionOn(exchange: VerifyExchange, policy: AccessPolicy): Decided | Promise<Decided> {
    if (policy.application !== undefined) return this.applications.answer(exchange, policy);
    return this.decider.decide(exchange.request.rawHeaders, policy, exchange);
  }

  private async sendLater(exchange: VerifyExchange, decision: Promise<Decided>, policy: AccessPolicy): Promise<void> {
    try {
      exchange.send(this.answerTo(await decision, exchange, policy));
    } catch (error) {
      this.sendError(exchange, error);
    }
  }

  /** @throws PolicyError, whose message repeats no secret from the query */
  private read(text: string): AccessPolicy {
    try {
      const policy = readPolicy(text, this.forms.kinds, this.users);
      checkAccount(policy, this.forms.kindsOfAccounts);
      return policy;
    } catch (error) {
      readPolicy(this.forms.redaction.query(text), this.forms.kinds, this.users);
      throw error;
    }
  }

  private policyOf(text: string): AccessPolicy {
    const known = this.policies.get(text);
    if (known) return known;
    const policy = this.read(text);
    this.policies.set(text, policy);
    return policy;
  }

  private answerTo(decision: Decided, { request }: VerifyExchange, policy: AccessPolicy): VerifyAnswer {
    if (decision instanceof VerifyAnswer) return decision;
    switch (decision.outcome) {
      case 'admitted':
        return this.admission(decision.acceptance);
      case 'unauthenticated':
        if (request.rawHeaders.length >= RAW_HEADERS_MAX) return this.tooManyHeaders;
        return decision.hasCredentials ? this.notAccepted : this.noCredentials;
      case 'forbidden':
        if (decision.lacksScope) return this.lacksScope(policy);
        return decision.accountNotNamed ? this.accountNotNamed : this.notAdmitted;
      case 'bypassed':
        return this.notAdmitted;
    }
  }

  /** RFC 6750 §3.1: says which scopes are needed. */
  private lacksScope(policy: AccessPolicy): VerifyAnswer {
    const known = this.scopeMissing.get(policy);
    if (known) return known;
    const needed = policy.scopes?.join(' ') ?? '';
    const challenge = `Bearer realm="latchkey", error="insufficient_scope", scope="${needed}"`;
    const answer = new VerifyAnswer(
      403,
      [...NO_STORE, ...this.caching.vary(), 'WWW-Authenticate', challenge],
      JSON.stringify({
        error: 'forbidden',
        error_description: `the credential is valid, but lacks a scope that is needed here: ${needed}`,
      }),
    );
    this.scopeMissing.set(policy, answer);
    return answer;
  }

  private admission(acceptance: Acceptance): VerifyAnswer {
    const known = this.admitted.get(acceptance);
    if (known) return known;
    const answer = new VerifyAnswer(200, [...this.caching.control(acceptance), ...identityHeaders(acceptance)]);
    // With a `max-age`, the next answer may differ.
    if (this.caching.isOff) this.admitted.set(acceptance, answer);
    return answer;
  }

  private sendError(exchange: VerifyExchange, error: unknown): void {
    const answer = answerToError(error);
    if (answer.status === 500) this.logger.error(`request ${exchange.requestId}: ${errorSummary(error)}`);
    if (error instanceof Overload) this.warnings.warn(`/verify refused because a limit was reached: ${error.message}`);
    if (exchange.response.headersSent) exchange.response.destroy();
    else exchange.send(answer);
  }
}

function answerToError(error: unknown): VerifyAnswer {
  if (error instanceof PolicyError) return problem(400, [], 'invalid_request', error.message);
  if (error instanceof DomainError && error.code === 'unavailable') {
    const wait = ['Retry-After', String(error.retryAfterSeconds ?? 1)];
    return problem(503, wait, 'temporarily_unavailable', error.message);
  }
  if (error instanceof DomainError && error.code === 'throttled') {
    const wait = ['Retry-After', String(error.retryAfterSeconds ?? 1)];
    return problem(429, wait, 'too_many_requests', error.message);
  }
  return problem(500, [], 'server_error', 'the server log has the details');
}

function problem(status: number, headers: readonly string[], error: string, description: string): VerifyAnswer {
  return new VerifyAnswer(status, [...NO_STORE, ...headers], JSON.stringify({ error, error_description: description }));
}
