/** Signs assertions: short proofs that a token was admitted to an application, which it checks by itself. */
import { Inject, Injectable } from '@nestjs/common';
import { Clock, type Acceptance } from '../core/index.js';
import { AssertionForms } from './assertion-form.js';
import { AssertionIssuer } from './issuer.js';
import { loadJose } from './jose.js';
import { ASSERTION_OPTIONS, type AssertionOptions } from './options.js';
import { SigningKeys } from './signing-keys.js';

/** A signed assertion. */
export interface Assertion {
  readonly header: string;
  /** A JWT (RFC 7519) in compact form. */
  readonly text: string;
  /** Milliseconds since 1970, as all times here. */
  readonly signedAt: number;
  /** From then on another one is needed. */
  readonly renewAt: number;
  /** From then on another one should be signed while this one is still handed out. */
  readonly renewSoonAt: number;
  readonly expiresAt: number;
}

/** Validators refuse what was issued ahead of their clock, be it by a second (docs/contracts/access-edge.md §9). */
const SKEW_SECONDS = 2;

/** Parts of its life after which an assertion is renewed, in the background and in any case. */
const RENEWED_SOON = 0.4;
const RENEWED = 0.5;

/** Tokens that use more applications than this have assertions signed again. */
const APPLICATIONS_PER_TOKEN = 100;

interface Entry {
  assertion?: Assertion | null;
  signing?: Promise<Assertion | null> | undefined;
}

/**
 * An assertion is signed once for each accepted token, application and key, and kept as long as the acceptance: when the
 * token or its owner changes, it goes together with that.
 */
@Injectable()
export class AssertionSigner {
  private readonly entries = new WeakMap<Acceptance, Map<string, Entry>>();

  constructor(
    private readonly keys: SigningKeys,
    private readonly forms: AssertionForms,
    private readonly issuer: AssertionIssuer,
    private readonly clock: Clock,
    @Inject(ASSERTION_OPTIONS) private readonly options: AssertionOptions,
  ) {}

  /**
   * An assertion that has at least half of its life before it, unless the token ends earlier.
   * @param audience - the tag of the application
   * @returns `null` for kinds of token without assertions; at once if it was signed before
   */
  sign(acceptance: Acceptance, audience: string): Assertion | null | Promise<Assertion | null> {
    const entry = this.entryOf(acceptance, audience);
    const { assertion } = entry;
    if (assertion === undefined) return this.signing(entry, acceptance, audience);
    if (assertion === null) return null;
    const now = this.clock.now().getTime();
    // A clock that was set back must not hand out what was signed ahead of it.
    if (now >= assertion.renewAt || now < assertion.signedAt - SKEW_SECONDS * 1000)
      return this.signing(entry, acceptance, audience);
    if (now >= assertion.renewSoonAt && !entry.signing) {
      // The caller who comes when it is due gets the error.
      this.signing(entry, acceptance, audience).catch(() => undefined);
    }
    return assertion;
  }

  private entryOf(acceptance: Acceptance, audience: string): Entry {
    let entries = this.entries.get(acceptance);
    if (!entries) this.entries.set(acceptance, (entries = new Map<string, Entry>()));
    const known = entries.get(audience);
    if (known) return known;
    if (entries.size >= APPLICATIONS_PER_TOKEN) entries.clear();
    const entry: Entry = {};
    entries.set(audience, entry);
    return entry;
  }

  private signing(entry: Entry, acceptance: Acceptance, audience: string): Promise<Assertion | null> {
    entry.signing ??= this.signed(acceptance, audience)
      .then((assertion) => (entry.assertion = assertion))
      .finally(() => (entry.signing = undefined));
    return entry.signing;
  }

  private async signed(acceptance: Acceptance, audience: string): Promise<Assertion | null> {
    const form = this.forms.ofKind(acceptance.token.kind);
    if (!form) return null;
    const ring = await this.keys.ring();
    const now = this.clock.now();
    const signing = ring.signing(now);
    if (!signing) throw new Error('there is no key to sign assertions with');
    const issuedAt = Math.floor(now.getTime() / 1000) - SKEW_SECONDS;
    const life = this.lifeOf(acceptance, issuedAt);
    const { SignJWT } = await loadJose();
    const text = await new SignJWT({ ...form.claims(acceptance), aud: [audience] })
      .setProtectedHeader({ alg: 'RS256', kid: signing.key.kid, typ: 'JWT' })
      .setIssuer(this.issuer.url)
      .setIssuedAt(issuedAt)
      .setExpirationTime(Math.floor(life.expiresAt / 1000))
      .sign(await ring.privateKey(signing.key));
    return {
      header: form.header,
      text,
      signedAt: now.getTime(),
      ...renewal(life, now.getTime(), signing.until?.getTime()),
    };
  }

  /** Bounded by the end of the token, and of the overlap in which an old secret is accepted. */
  private lifeOf({ token, matched }: Acceptance, issuedAt: number): Life {
    const wanted = (issuedAt + this.options.lifeSeconds) * 1000;
    const endOfToken = token.expiresAt?.getTime() ?? Infinity;
    const endOfSecret = matched === 'previous' ? (token.previousSecretExpiresAt?.getTime() ?? Infinity) : Infinity;
    const expiresAt = Math.min(wanted, endOfToken, endOfSecret);
    return { expiresAt, isShortened: expiresAt < wanted };
  }
}

interface Life {
  readonly expiresAt: number;
  readonly isShortened: boolean;
}

/** One that ends with its token cannot be made longer; all are renewed by the next key when that takes over. */
function renewal(
  { expiresAt, isShortened }: Life,
  now: number,
  endOfKey = Infinity,
): Pick<Assertion, 'renewAt' | 'renewSoonAt' | 'expiresAt'> {
  const after = (part: number): number => Math.min(isShortened ? Infinity : now + (expiresAt - now) * part, endOfKey);
  return { renewAt: after(RENEWED), renewSoonAt: after(RENEWED_SOON), expiresAt };
}
