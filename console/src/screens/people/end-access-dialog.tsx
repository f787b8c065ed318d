/** Ends all access of a person, after showing what that is. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { outdate, userPath } from '../../api/queries.ts';
import type { EndedAccess, User } from '../../api/types.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { exact } from '../../parts/moment.tsx';
import { announce, notify } from '../../parts/toasts.tsx';

function countOf(found: EndedAccess): number {
  return found.personal_tokens + found.service_tokens + found.access_tokens + found.logins;
}

export function EndAccessDialog(props: { readonly user: User; readonly onClose: () => void }): ReactElement {
  const { user, onClose } = props;
  const client = useQueryClient();
  const trial = useAction();
  const work = useAction();
  const [found, setFound] = useState<EndedAccess | undefined>();
  const path = userPath(user.id, 'end-access');
  useEffect(() => {
    void trial.run<EndedAccess>({ method: 'POST', path, body: { dry_run: true } }).then((result) => {
      setFound(result?.answer);
      if (result) announce(`${String(countOf(result.answer))} would end`);
    });
    // oxlint-disable-next-line react/exhaustive-deps -- only when it is opened
  }, []);
  const call: Call = { method: 'POST', path, body: { expected: found ? countOf(found) : undefined } };
  const confirm = async (): Promise<void> => {
    const result = await work.run<EndedAccess>(call);
    if (!result) return;
    onClose();
    outdate(client, []);
    notify(`Ended ${String(countOf(result.answer))} tokens and logins of ${user.name}`);
  };
  return (
    <ActionDialog
      title={`Revoke all access of ${user.name}?`}
      call={call}
      confirm="Revoke all"
      isDestructive
      isPending={work.isPending}
      isDisabled={!found}
      problem={work.problem ?? trial.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {found ? <Ends found={found} /> : <p className="soft">Finding out what they hold …</p>}
      <p>
        {user.last_login_at === null
          ? 'They have never logged in.'
          : `They last logged in on ${exact(user.last_login_at)}.`}{' '}
        Tokens cannot be brought back. They can log in again unless you block them as well.
      </p>
    </ActionDialog>
  );
}

function Ends({ found }: { readonly found: EndedAccess }): ReactElement {
  const parts = [
    { count: found.personal_tokens, one: 'personal token', many: 'personal tokens' },
    { count: found.service_tokens, one: 'service token that they created', many: 'service tokens that they created' },
    { count: found.access_tokens, one: 'access token', many: 'access tokens' },
    { count: found.logins, one: 'login', many: 'logins' },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return <p>They hold nothing that could be revoked.</p>;
  return (
    <>
      <p>
        <strong>This ends</strong>
        {found.accounts > 0 ? ` in ${String(found.accounts)} ${found.accounts === 1 ? 'account' : 'accounts'}` : ''}:
      </p>
      <ul>
        {parts.map(({ count, one, many }) => (
          <li key={one}>
            {count.toLocaleString('en')} {count === 1 ? one : many}
          </li>
        ))}
      </ul>
    </>
  );
}
