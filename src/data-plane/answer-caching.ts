/** For how long proxies may cache answers of `/verify`. */
import { Inject, Injectable } from '@nestjs/common';
import { Clock, CredentialForms, type Acceptance } from '../core/index.js';
import type { Values } from '../settings/index.js';
import { DATA_PLANE_OPTIONS } from './data-plane.options.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

/** Caches count whole seconds from receipt, so an entry can outlive `max-age` by up to this long. */
const CACHE_LAG_MS = 1000;

export const NO_STORE: readonly string[] = ['Cache-Control', 'no-store'];

@Injectable()
export class AnswerCaching {
  private readonly maxAgeMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly forms: CredentialForms,
    @Inject(DATA_PLANE_OPTIONS) { maxAgeSeconds }: Values<typeof DATA_PLANE_SETTINGS>,
  ) {
    this.maxAgeMs = maxAgeSeconds * 1000;
  }

  /** Whether proxies may cache nothing: then an answer can be sent as often as wanted. */
  get isOff(): boolean {
    return this.maxAgeMs === 0;
  }

  /** The request headers that an answer depends on. @param more - in addition to those of all credentials */
  vary(more: readonly string[] = []): readonly string[] {
    return ['Vary', [...this.forms.headers, ...more].join(', ')];
  }

  /**
   * How long the answer may be cached: never beyond the end of the credential. `must-revalidate` allows shared caches,
   * such as the proxy's own, to store answers to requests with an Authorization header (RFC 9111 §3.5).
   * @param until - a further end, in milliseconds since 1970
   * @param more - request headers that the answer depends on, in addition to those of all credentials
   */
  control({ token, matched }: Acceptance, until = Infinity, more: readonly string[] = []): readonly string[] {
    if (this.maxAgeMs === 0) return NO_STORE;
    const now = this.clock.now().getTime();
    const expiry = token.expiresAt?.getTime() ?? Infinity;
    const endOfOverlap = matched === 'previous' ? (token.previousSecretExpiresAt?.getTime() ?? now) : Infinity;
    const milliseconds = Math.min(this.maxAgeMs, Math.min(expiry, endOfOverlap, until) - CACHE_LAG_MS - now);
    const seconds = Math.floor(milliseconds / 1000);
    return seconds < 1
      ? NO_STORE
      : ['Cache-Control', `max-age=${String(seconds)}, must-revalidate`, ...this.vary(more)];
  }
}
