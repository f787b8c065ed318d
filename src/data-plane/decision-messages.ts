/** Publishes access decisions, and refusals of tokens that are known. */
import { publishRefusal, refusalChannel, type RefusalMessage, type Verdict } from '../core/index.js';
import type { AccessPolicy } from './access-policy.js';
import { decisionChannel, type DecisionMessage, type DecisionSource } from './channels.js';

/** What was asked. Without a source, nothing is published. */
interface Asked {
  readonly policy: AccessPolicy;
  readonly source: DecisionSource | undefined;
}

export function publishDecision(
  { policy, source }: Asked,
  outcome: DecisionMessage['outcome'],
  reason: DecisionMessage['reason'],
  verdict?: Verdict,
): void {
  if (!source) return;
  const token = verdict && 'token' in verdict ? verdict.token : undefined;
  if (decisionChannel.hasSubscribers) {
    const { entryPoint, address, requestId = null } = source;
    const { kind = null, id: tokenId = null, accountId = null } = token ?? {};
    decisionChannel.publish({ entryPoint, outcome, reason, kind, tokenId, accountId, policy, address, requestId });
  }
  if (outcome === 'admitted' || !token || !refusalChannel.hasSubscribers) return;
  const { entryPoint } = source;
  publishRefusal(
    { entryPoint, reason: reason as RefusalMessage['reason'], rule: JSON.stringify(policy) },
    token,
    source,
  );
}
