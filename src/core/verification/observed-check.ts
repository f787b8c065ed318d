/** Publishes a verification on its channel. */
import { verifyChannel, type VerifyMessage } from '../channels.js';
import { DomainError } from '../errors.js';
import type { Credential } from './credential.js';
import type { Verdict } from './known-token.js';

/** The start of a verification. */
export interface CheckStart {
  readonly credential: Credential;
  readonly source: VerifyMessage['source'];
  /** By `performance.now()`. */
  readonly began: number;
}

/** Runs the check, publishes its outcome, and returns or throws what it did. */
export function observedCheck(start: CheckStart, check: () => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  try {
    const verdict = check();
    if (!(verdict instanceof Promise)) return published(start, verdict);
    return verdict.then(
      (late) => published(start, late),
      (error: unknown) => {
        throw publishedFailure(start, error);
      },
    );
  } catch (error) {
    throw publishedFailure(start, error);
  }
}

function published({ credential, source, began }: CheckStart, verdict: Verdict): Verdict {
  const { status } = verdict;
  const token = 'token' in verdict ? verdict.token : undefined;
  verifyChannel.publish({
    status,
    kind: token?.kind ?? kindNamedBy(credential),
    source,
    matched: verdict.status === 'valid' ? verdict.matched : null,
    tokenId: token?.id ?? null,
    durationMs: performance.now() - began,
  });
  return verdict;
}

function publishedFailure({ credential, source, began }: CheckStart, error: unknown): unknown {
  verifyChannel.publish({
    status: error instanceof DomainError && error.code === 'unavailable' ? 'unavailable' : 'failed',
    kind: kindNamedBy(credential),
    source,
    matched: null,
    tokenId: null,
    durationMs: performance.now() - began,
  });
  return error;
}

function kindNamedBy(credential: Credential): string | null {
  return 'kind' in credential ? credential.kind : null;
}
