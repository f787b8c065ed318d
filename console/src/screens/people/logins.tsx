/** Where a user is logged in; each login can be ended. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Call } from '../../api/call.ts';
import { useAction } from '../../api/action.ts';
import { useResource, userPath } from '../../api/queries.ts';
import type { Login, Page } from '../../api/types.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Loaded } from '../../parts/message.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Panel } from '../../parts/page.tsx';
import { notify } from '../../parts/toasts.tsx';

type Ending = { readonly login: Login } | 'all';

export function Logins({ userId }: { readonly userId: string }): ReactElement {
  const call: Call = { method: 'GET', path: userPath(userId, 'logins') };
  const logins = useResource<Page<Login>>(['logins', userId], call);
  const [ending, setEnding] = useState<Ending | undefined>();
  const isAny = (logins.data?.items.length ?? 0) > 0;
  return (
    <Panel
      title="Logins"
      actions={
        isAny ? (
          <Button
            onPress={() => {
              setEnding('all');
            }}
          >
            Log out everywhere…
          </Button>
        ) : undefined
      }
    >
      <Loaded query={logins}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">Not logged in anywhere.</p>
          ) : (
            <ul className="events">
              {items.map((login) => (
                <li key={login.id}>
                  <LoginRow
                    login={login}
                    onEnd={() => {
                      setEnding({ login });
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {ending ? (
        <EndDialog
          userId={userId}
          ending={ending}
          onClose={() => {
            setEnding(undefined);
          }}
        />
      ) : null}
    </Panel>
  );
}

function LoginRow({ login, onEnd }: { readonly login: Login; readonly onEnd: () => void }): ReactElement {
  return (
    <div className="row">
      <div className="grow">
        <div>
          {login.address ?? 'Unknown address'} {login.current ? <Badge tone="good">This one</Badge> : null}
        </div>
        <div className="soft small">
          {login.user_agent ?? 'Unknown program'}, since <Moment at={login.created_at} />
        </div>
      </div>
      <Button onPress={onEnd}>
        End<span className="unseen"> the login from {login.address ?? 'an unknown address'}</span>
      </Button>
    </div>
  );
}

function EndDialog(props: {
  readonly userId: string;
  readonly ending: Ending;
  readonly onClose: () => void;
}): ReactElement {
  const { userId, ending, onClose } = props;
  const client = useQueryClient();
  const action = useAction();
  const isAll = ending === 'all';
  const path = isAll ? userPath(userId, 'logins', 'end') : userPath(userId, 'logins', ending.login.id);
  const call: Call = { method: isAll ? 'POST' : 'DELETE', path };
  const confirm = async (): Promise<void> => {
    if (!(await action.run(call))) return;
    onClose();
    void client.invalidateQueries({ queryKey: ['logins', userId] });
    notify(isAll ? 'Logged out everywhere' : 'The login has ended');
  };
  return (
    <ActionDialog
      title={isAll ? 'Log out everywhere?' : 'End this login?'}
      call={call}
      confirm={isAll ? 'Log out everywhere' : 'End login'}
      isDestructive
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        {isAll
          ? 'Every login ends at once, in this browser as well if it is yours. Tokens stay valid.'
          : ending.login.current
            ? 'It is the one of this page: you are signed out.'
            : `It is from ${ending.login.address ?? 'an unknown address'} (${ending.login.user_agent ?? 'unknown program'}).`}
      </p>
    </ActionDialog>
  );
}
