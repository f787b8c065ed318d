/** A guard for unit tests of a host, which admits everybody as the caller that a test wants. */
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Acceptance } from '../core/index.js';
import { keepPrincipal, requestIn } from '../guarding/index.js';

/** What a test says of the caller. */
export interface CallerForTest {
  readonly token?: Partial<Acceptance['token']> | undefined;
  readonly owner?: Acceptance['owner'] | undefined;
  readonly matched?: Acceptance['matched'] | undefined;
  /** Default: those of the token, or none. */
  readonly scopes?: readonly string[] | undefined;
}

const TOKEN = { id: '00000000-0000-4000-8000-000000000000', kind: 'service_token', label: 'test' };

/**
 * For `Test.createTestingModule(…).overrideGuard(TokenGuard).useValue(admitAs({ token: { label: 'robot' } }))`:
 * `@CurrentPrincipal()` and `principalOf` then find this caller. Nothing is verified.
 * @param caller - default: a service token with the label `test`
 */
export function admitAs({ token, owner = null, matched = 'current', scopes }: CallerForTest = {}): CanActivate {
  const held = scopes ?? token?.scopes ?? [];
  const rest = { userId: owner?.id ?? null, accountId: null, expiresAt: null, scopes: held.length > 0 ? held : null };
  const principal = { token: { ...TOKEN, ...rest, ...token }, owner, matched, scopes: held };
  return {
    canActivate(context: ExecutionContext): boolean {
      const request = requestIn(context);
      if (request) keepPrincipal(request, principal);
      return true;
    },
  };
}
