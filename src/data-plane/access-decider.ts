/** Decides from what a request presents whether it is let in: the same for proxies and for guards. */
import { Inject, Injectable } from '@nestjs/common';
import { Verifier, type Acceptance, type Verdict } from '../core/index.js';
import { actsForUser } from '../identity/index.js';
import { admits, type AccessPolicy } from './access-policy.js';
import { DATA_PLANE_OPTIONS } from './data-plane.module-definition.js';
import type { DataPlaneOptions } from './data-plane.options.js';
import { CredentialReader } from './credential-reader.js';

/** `unauthenticated`: no credential that is accepted; `forbidden`: an accepted one that the rule does not admit. */
export type Decision =
  | { readonly outcome: 'admitted'; readonly acceptance: Acceptance }
  | { readonly outcome: 'unauthenticated'; readonly hasCredentials: boolean }
  | { readonly outcome: 'forbidden' };

const MISSING: Decision = { outcome: 'unauthenticated', hasCredentials: false };
const REFUSED: Decision = { outcome: 'unauthenticated', hasCredentials: true };
const FORBIDDEN: Decision = { outcome: 'forbidden' };

/** Decides on a request's credential headers. */
@Injectable()
export class AccessDecider {
  private readonly reader: CredentialReader;

  constructor(
    private readonly verifier: Verifier,
    @Inject(DATA_PLANE_OPTIONS) { jsonHeader }: DataPlaneOptions,
  ) {
    this.reader = new CredentialReader(jsonHeader);
  }

  /**
   * Decides, at once where no database has to be asked.
   * @throws DomainError `unavailable`, thrown or rejected
   */
  decide(rawHeaders: readonly string[], policy: AccessPolicy): Decision | Promise<Decision> {
    const presented = this.reader.read(rawHeaders);
    if ('reason' in presented) return presented.reason === 'missing' ? MISSING : REFUSED;
    const verdict = this.verifier.check(presented.credential);
    return verdict instanceof Promise ? verdict.then((late) => decisionOn(late, policy)) : decisionOn(verdict, policy);
  }
}

function decisionOn(verdict: Verdict, policy: AccessPolicy): Decision {
  if (verdict.status !== 'valid') return REFUSED;
  const { token } = verdict;
  if (token.kind !== 'service_token' && !actsForUser(token)) return REFUSED;
  return admits(policy, verdict) ? { outcome: 'admitted', acceptance: verdict } : FORBIDDEN;
}
