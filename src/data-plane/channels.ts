/** The channel for access decisions. */
import { declareChannel, type Origin, type Verdict } from '../core/index.js';
import type { AccessPolicy } from './access-policy.js';

/** Where a request for a decision comes from. */
export interface DecisionSource extends Origin {
  /** `/verify`, or a guard on a route of a host. */
  readonly entryPoint: 'verify' | 'guard';
}

/** An access decision. */
export interface DecisionMessage extends DecisionSource {
  readonly outcome: 'admitted' | 'unauthenticated' | 'forbidden';
  /**
   * Why it was not admitted: no credential (`missing`), invalid syntax (`malformed`), more than one credential
   * (`conflicting`), the verdict on it, a token that may not be presented in this form (`wrong_form`), or the policy
   * (`not_admitted`), also because the token lacks a scope (`lacks_scope`), or because it names no account although there
   * are several (`account_not_named`). `null` if it was admitted.
   */
  readonly reason:
    | 'missing'
    | 'malformed'
    | 'conflicting'
    | Exclude<Verdict['status'], 'valid'>
    | 'wrong_form'
    | 'not_admitted'
    | 'lacks_scope'
    | 'account_not_named'
    | null;
  /** Of the presented token; `null` if it is unknown. */
  readonly kind: string | null;
  readonly tokenId: string | null;
  readonly accountId: string | null;
  readonly policy: AccessPolicy;
}

/** Published for every decision. */
export const decisionChannel = declareChannel<DecisionMessage>('latchkey:decision');
