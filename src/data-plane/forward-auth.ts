/** Answers `/verify`, with which proxies ask whether to admit a request (docs/design.md §9). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, CredentialForms, DomainError, errorSummary, type Acceptance } from '../core/index.js';
import type { Values } from '../settings/index.js';
import { PolicyError, readPolicy, type AccessPolicy } from './access-policy.js';
import { DATA_PLANE_OPTIONS } from './data-plane.module-definition.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';
import { AccessDecider, type Decision } from './access-decider.js';
import { identityHeaders } from './identity-headers.js';

/** Maximum number of parsed policies to cache; proxies use only a few. */
const MAX_POLICIES = 200;

/** Caches count whole seconds from receipt, so an entry can outlive `max-age` by up to this long. */
const CACHE_LAG_MS = 1000;

const NO_STORE = ['Cache-Control', 'no-store'];
const JSON_TYPE = ['Content-Type', 'application/json'];

const NOT_ACCEPTED = JSON.stringify({ error: 'unauthorized', error_description: 'missing or invalid credentials' });
const NOT_ADMITTED = JSON.stringify({
  error: 'forbidden',
  error_description: 'the credential is valid, but not admitted here',
});

@Injectable()
export class ForwardAuth {
  private readonly logger = new Logger(ForwardAuth.name);
  private readonly policies = new LRUCache<string, AccessPolicy>({ max: MAX_POLICIES });
  private readonly maxAgeMs: number;
  /** The request headers that a cached answer depends on. */
  private readonly vary: readonly string[];
  private readonly notAdmitted: readonly string[];
  private readonly noCredentials: readonly string[];
  private readonly notAccepted: readonly string[];

  constructor(
    private readonly decider: AccessDecider,
    private readonly clock: Clock,
    private readonly forms: CredentialForms,
    @Inject(DATA_PLANE_OPTIONS) { maxAgeSeconds }: Values<typeof DATA_PLANE_SETTINGS>,
  ) {
    this.maxAgeMs = maxAgeSeconds * 1000;
    this.vary = ['Vary', forms.headers.join(', ')];
    this.notAdmitted = [...NO_STORE, ...this.vary];
    // RFC 6750 §3.1: no error code for a request without credentials.
    this.noCredentials = [...this.notAdmitted, 'WWW-Authenticate', 'Bearer realm="latchkey"'];
    this.notAccepted = [...this.notAdmitted, 'WWW-Authenticate', 'Bearer realm="latchkey", error="invalid_token"'];
  }

  /** @param policy - the policy as query text */
  answer(request: IncomingMessage, response: ServerResponse, policy: string): void {
    try {
      const decision = this.decider.decide(request.rawHeaders, this.policyOf(policy));
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

  private policyOf(text: string): AccessPolicy {
    const known = this.policies.get(text);
    if (known) return known;
    const policy = readPolicy(text, this.forms.kinds);
    this.policies.set(text, policy);
    return policy;
  }

  private send(response: ServerResponse, decision: Decision): void {
    switch (decision.outcome) {
      case 'admitted':
        end(response, 200, [...this.cacheControl(decision.acceptance), ...identityHeaders(decision.acceptance)]);
        return;
      case 'unauthenticated':
        end(response, 401, decision.hasCredentials ? this.notAccepted : this.noCredentials, NOT_ACCEPTED);
        return;
      case 'forbidden':
        end(response, 403, this.notAdmitted, NOT_ADMITTED);
    }
  }

  /**
   * How long the answer may be cached: never beyond the end of the credential. `must-revalidate` allows shared caches,
   * such as the proxy's own, to store answers to requests with an Authorization header (RFC 9111 §3.5).
   */
  private cacheControl({ token, matched }: Acceptance): readonly string[] {
    if (this.maxAgeMs === 0) return NO_STORE;
    const now = this.clock.now().getTime();
    const expiry = token.expiresAt?.getTime() ?? Infinity;
    const endOfOverlap = matched === 'previous' ? (token.previousSecretExpiresAt?.getTime() ?? now) : Infinity;
    const milliseconds = Math.min(this.maxAgeMs, Math.min(expiry, endOfOverlap) - CACHE_LAG_MS - now);
    const seconds = Math.floor(milliseconds / 1000);
    return seconds < 1 ? NO_STORE : ['Cache-Control', `max-age=${String(seconds)}, must-revalidate`, ...this.vary];
  }

  private sendError(response: ServerResponse, error: unknown): void {
    if (error instanceof PolicyError) {
      endJson(response, 400, NO_STORE, { error: 'invalid_request', error_description: error.message });
    } else if (error instanceof DomainError && error.code === 'unavailable') {
      const wait = ['Retry-After', String(error.retryAfterSeconds ?? 1)];
      endJson(response, 503, [...NO_STORE, ...wait], {
        error: 'temporarily_unavailable',
        error_description: error.message,
      });
    } else {
      this.logger.error(errorSummary(error));
      if (response.headersSent) response.destroy();
      else
        endJson(response, 500, NO_STORE, {
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
 * Sends the answer. A server that no longer accepts connections closes this one. The socket is taken from the request,
 * because the response has none while an earlier request on the same connection is being answered.
 */
function end(response: ServerResponse, status: number, headers: readonly string[], text = ''): void {
  const type = text === '' ? [] : JSON_TYPE;
  const { server } = response.req.socket as unknown as { server?: { listening: boolean } };
  const closing = server?.listening === false ? ['Connection', 'close'] : [];
  response.writeHead(status, [...headers, ...type, ...closing, 'Content-Length', String(Buffer.byteLength(text))]);
  response.end(text);
}
