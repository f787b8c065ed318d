/** An application and its policies as read from the database, prepared to decide who may enter. */
import type { Application } from './application.entity.js';
import type { Policy, PolicyDecision } from './policy.entity.js';
import { dependsOnAddress, meets, ruleChecks, type RuleChecks, type Visitor } from './rules.js';

/** A token that was verified. */
export interface VerifiedToken {
  readonly id: string;
  readonly accountId: string | null;
  readonly kind: string;
}

/** Whether somebody may enter: as the holder of their token, or `bypassed`, whoever they are. */
export type Admission = 'admitted' | 'bypassed' | 'not_admitted';

interface PreparedPolicy {
  readonly decision: PolicyDecision;
  readonly tokenKind: string;
  readonly checks: RuleChecks;
}

/** What decides about an application. It does not change: what has changed is read again. */
export class KnownApplication {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** The audience tag, 64 lower-case hex characters. */
  readonly aud: string;
  /** Whether preflight requests of browsers (`OPTIONS`) reach it without a token. */
  readonly passesPreflight: boolean;
  /** The name of a header from which the tokens of services are read, in lower case; `null` for none. */
  readonly tokenHeader: string | null;
  /** The kinds of token that a policy can admit. */
  readonly tokenKinds: ReadonlySet<string>;
  /** Whether {@link decide} needs the address of the visitor. */
  readonly needsAddress: boolean;
  private readonly policies: readonly PreparedPolicy[];

  /** @param policies - in the order in which they are asked */
  constructor(application: Application, policies: readonly Policy[]) {
    this.id = application.id;
    this.accountId = application.accountId;
    this.name = application.name;
    this.aud = application.aud;
    this.passesPreflight = application.passesPreflight;
    this.tokenHeader = application.tokenHeader;
    const asked = policies.filter(({ decision }) => decision !== 'people');
    this.tokenKinds = new Set(asked.flatMap(({ decision, tokenKind }) => (decision === 'services' ? [tokenKind] : [])));
    this.needsAddress = asked.some(dependsOnAddress);
    this.policies = asked.map(({ decision, tokenKind, ...rules }) => ({
      decision,
      tokenKind,
      checks: ruleChecks(rules),
    }));
    Object.freeze(this);
  }

  /**
   * Asks the policies in their order; the first that matches decides, and without one nobody is admitted. A policy admits
   * only whom it matches for certain, and refuses everybody whom it may match: rules that are kept but not interpreted
   * never admit anybody. Tokens of another account count as none. A `bypass` policy admits nobody as the holder of a
   * token: whoever also meets a policy for services enters with their identity, and all others without one.
   * @param token - `null` for a visitor without one, whom only a `bypass` policy admits
   * @param address - the visitor's IP address; `null` if it is not known
   */
  decide(token: VerifiedToken | null, address: string | null): Admission {
    const own = token?.accountId === this.accountId ? token : null;
    let without: Admission = 'not_admitted';
    for (const { decision, tokenKind, checks } of this.policies) {
      const visitor: Visitor = { tokenId: own?.kind === tokenKind ? own.id : null, address };
      if (decision === 'services' && visitor.tokenId === null) continue;
      const answer = meets(checks, visitor);
      if (decision === 'deny') {
        if (answer !== false) return without;
      } else if (answer === true) {
        if (decision === 'services') return 'admitted';
        without = 'bypassed';
      }
    }
    return without;
  }
}
