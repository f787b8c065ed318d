/** `ANY /verify`: a proxy asks whether to let a request pass (DESIGN §9). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, DomainError, describeForLog, type Acceptance } from '../core/index.js';
import { RuleError, readRule, type AdmissionRule } from './admission.js';
import { DATA_PLANE_OPTIONS } from './data-plane.module-definition.js';
import type { DataPlaneOptions } from './data-plane.options.js';
import { Gate, type Decision } from './gate.js';
import { identityHeaders } from './identity-headers.js';
import { credentialHeaders } from './presented.js';

/** Rules that were read, by the text they stand in: proxies have few. */
const RULES = 200;

/** Caches count in whole seconds, and from when an answer reaches them: they may be so much late. */
const CACHE_LAG_MS = 1000;

const NEVER_KEPT = ['Cache-Control', 'no-store'];
const JSON_TYPE = ['Content-Type', 'application/json'];

const NOT_ACCEPTED = JSON.stringify({ error: 'unauthorized', error_description: 'no credential that is accepted' });
const NOT_ADMITTED = JSON.stringify({
  error: 'forbidden',
  error_description: 'the credential is valid, but not admitted here',
});

@Injectable()
export class ForwardAuth {
  private readonly logger = new Logger(ForwardAuth.name);
  private readonly rules = new LRUCache<string, AdmissionRule>({ max: RULES });
  private readonly maxAgeMs: number;
  /** What the answer depends on, should somebody keep it. */
  private readonly vary: readonly string[];
  private readonly notAdmitted: readonly string[];
  private readonly nothingPresented: readonly string[];
  private readonly notAccepted: readonly string[];

  constructor(
    private readonly gate: Gate,
    private readonly clock: Clock,
    @Inject(DATA_PLANE_OPTIONS) { maxAgeSeconds = 0, jsonHeader }: DataPlaneOptions,
  ) {
    this.maxAgeMs = maxAgeSeconds * 1000;
    this.vary = ['Vary', credentialHeaders(jsonHeader).join(', ')];
    this.notAdmitted = [...NEVER_KEPT, ...this.vary];
    // RFC 6750 §3.1: no error for a request that presents nothing.
    this.nothingPresented = [...this.notAdmitted, 'WWW-Authenticate', 'Bearer realm="latchkey"'];
    this.notAccepted = [...this.notAdmitted, 'WWW-Authenticate', 'Bearer realm="latchkey", error="invalid_token"'];
  }

  /** @param rule - the rule as text, in the form of a query */
  answer(request: IncomingMessage, response: ServerResponse, rule: string): void {
    try {
      const decision = this.gate.decide(request.rawHeaders, this.ruleOf(rule));
      if (decision instanceof Promise) void this.sendLater(response, decision);
      else this.send(response, decision);
    } catch (error) {
      this.sendError(response, error);
    }
  }

  private async sendLater(response: ServerResponse, decision: Promise<Decision>): Promise<void> {
    try {
      this.send(response, await decision);
    } catch (error) {
      this.sendError(response, error);
    }
  }

  private ruleOf(text: string): AdmissionRule {
    const known = this.rules.get(text);
    if (known) return known;
    const rule = readRule(text);
    this.rules.set(text, rule);
    return rule;
  }

  private send(response: ServerResponse, decision: Decision): void {
    switch (decision.outcome) {
      case 'admitted':
        end(response, 200, [...this.keeping(decision.acceptance), ...identityHeaders(decision.acceptance)]);
        return;
      case 'unauthenticated':
        end(response, 401, decision.presented ? this.notAccepted : this.nothingPresented, NOT_ACCEPTED);
        return;
      case 'forbidden':
        end(response, 403, this.notAdmitted, NOT_ADMITTED);
    }
  }

  /**
   * For how long the answer may be kept: never beyond the end of what it rests on. `must-revalidate` lets a cache that
   * several clients share keep what was asked with an Authorization header (RFC 9111 §3.5): the proxy's own is one.
   */
  private keeping({ token, matched }: Acceptance): readonly string[] {
    if (this.maxAgeMs === 0) return NEVER_KEPT;
    const now = this.clock.now().getTime();
    const expiry = token.expiresAt?.getTime() ?? Infinity;
    const endOfOverlap = matched === 'previous' ? (token.previousSecretExpiresAt?.getTime() ?? now) : Infinity;
    const milliseconds = Math.min(this.maxAgeMs, Math.min(expiry, endOfOverlap) - CACHE_LAG_MS - now);
    const seconds = Math.floor(milliseconds / 1000);
    return seconds < 1 ? NEVER_KEPT : ['Cache-Control', `max-age=${String(seconds)}, must-revalidate`, ...this.vary];
  }

  private sendError(response: ServerResponse, error: unknown): void {
    if (error instanceof RuleError) {
      endJson(response, 400, NEVER_KEPT, { error: 'invalid_request', error_description: error.message });
    } else if (error instanceof DomainError && error.code === 'unavailable') {
      const wait = ['Retry-After', String(error.retryAfterSeconds ?? 1)];
      endJson(response, 503, [...NEVER_KEPT, ...wait], {
        error: 'temporarily_unavailable',
        error_description: error.message,
      });
    } else {
      this.logger.error(describeForLog(error));
      if (response.headersSent) response.destroy();
      else
        endJson(response, 500, NEVER_KEPT, {
          error: 'server_error',
          error_description: 'the server log has the details',
        });
    }
  }
}

function endJson(response: ServerResponse, status: number, headers: readonly string[], body: object): void {
  end(response, status, headers, JSON.stringify(body));
}

/**
 * A server that has stopped accepting lets its connections go. The request tells which it is: while an earlier request
 * of the connection waits for its answer, the response has no socket yet.
 */
function end(response: ServerResponse, status: number, headers: readonly string[], text = ''): void {
  const type = text === '' ? [] : JSON_TYPE;
  const { server } = response.req.socket as unknown as { server?: { listening: boolean } };
  const farewell = server?.listening === false ? ['Connection', 'close'] : [];
  response.writeHead(status, [...headers, ...type, ...farewell, 'Content-Length', String(Buffer.byteLength(text))]);
  response.end(text);
}
