/** The accounts in which the caller may create tokens and see them, for lists to choose from. */
import type { Account, Page } from '../api/types.ts';
import { useResource } from '../api/queries.ts';
import { isServerAdministrator, useMe } from '../app/me.ts';

export interface AccountChoice {
  /** Those in which they may create. */
  readonly accounts: readonly Pick<Account, 'id' | 'name'>[];
  /** Those that they see. */
  readonly visible: readonly Pick<Account, 'id' | 'name'>[];
  /** Whether there are no more than these. */
  readonly isComplete: boolean;
}

const MOST = 200;

export function useAccountChoice(): AccountChoice {
  const me = useMe();
  const isAdministrator = isServerAdministrator(me);
  const all = useResource<Page<Account>>(
    ['accounts', 'choice'],
    { method: 'GET', path: '/accounts', query: { limit: MOST } },
    isAdministrator,
  );
  if (!isAdministrator) {
    const accounts = me.accounts.filter(({ role }) => role === 'administrator');
    return { accounts, visible: me.accounts, isComplete: true };
  }
  const visible = all.data?.items ?? me.accounts;
  return { accounts: visible, visible, isComplete: (all.data?.next_cursor ?? null) === null };
}
