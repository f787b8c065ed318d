/** One person: what they hold, what they created, where they are logged in, and what can be done about it. */
import { useState, type ReactElement } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Call } from '../../api/call.ts';
import { sendForFile } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';
import { moreOf, rowsOf, usePagedList, useResource, userPath } from '../../api/queries.ts';
import type { Token, User } from '../../api/types.ts';
import { useMe } from '../../app/me.ts';
import { Button } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { Empty, Loaded, ProblemMessage } from '../../parts/message.tsx';
import { ExactMoment, Moment } from '../../parts/moment.tsx';
import { LoadedPage, Page, Panel } from '../../parts/page.tsx';
import { useKept } from '../../parts/kept.ts';
import { TokenTable } from '../tokens/token-table.tsx';
import { EndAccessDialog } from './end-access-dialog.tsx';
import { Logins } from './logins.tsx';
import { OpenIdPanel } from './openid-panel.tsx';
import { UserBadge } from './people-screen.tsx';
import { BlockDialog, DeleteDialog, EraseDialog, ResetPasswordDialog, RoleDialog } from './person-dialogs.tsx';

type Opened = 'end' | 'block' | 'password' | 'role' | 'erase' | 'delete';

export function PersonScreen(): ReactElement {
  const { id = '' } = useParams();
  const call: Call = { method: 'GET', path: userPath(id) };
  const user = useResource<User>(['user', id], call);
  return (
    <LoadedPage title="Person" query={user}>
      {(found) => (
        <>
          <PersonPage user={found} />
          <Command call={call} />
        </>
      )}
    </LoadedPage>
  );
}

function PersonPage({ user }: { readonly user: User }): ReactElement {
  const me = useMe();
  const [opened, setOpened] = useKept<Opened | undefined>('person', undefined);
  const isSelf = me.user.id === user.id;
  // Of a host's users, the host decides.
  const mayChange = !isSelf && me.features.own_users;
  const open = (which: Opened) => (): void => {
    setOpened(which);
  };
  return (
    <Page
      title={user.name}
      badge={<UserBadge state={user.state} />}
      intro={
        <>
          <Link to="/people">People</Link> / {user.email}
        </>
      }
      actions={
        <>
          {mayChange ? <Button onPress={open('password')}>Reset password…</Button> : null}
          {mayChange ? (
            <Button onPress={open('block')}>{user.state === 'blocked' ? 'Unblock…' : 'Block…'}</Button>
          ) : null}
          <Button tone="danger" onPress={open('end')}>
            Revoke all…
          </Button>
        </>
      }
    >
      <div className="columns">
        <Panel title="Details">
          <dl className="facts">
            <dt>E-mail address</dt>
            <dd>{user.email}</dd>
            <dt>Role</dt>
            <dd>{user.role === 'administrator' ? 'Administrator of the server' : 'User'}</dd>
            {user.created_at === null ? null : (
              <>
                <dt>Added</dt>
                <dd>
                  <ExactMoment at={user.created_at} />
                </dd>
                <dt>Last login</dt>
                <dd>
                  <Moment at={user.last_login_at} none="Never" />
                </dd>
              </>
            )}
            <dt>Accounts</dt>
            <dd>{user.accounts}</dd>
          </dl>
          <div className="row">
            {mayChange ? <Button onPress={open('role')}>Change role…</Button> : null}
            <Export user={user} />
            {mayChange ? <Button onPress={open('delete')}>Delete…</Button> : null}
            {isSelf ? null : <Button onPress={open('erase')}>Erase…</Button>}
          </div>
          {isSelf && me.features.own_users ? (
            <p className="soft">
              This is you: change your password under <Link to="/mine">My tokens</Link>. Another administrator can
              change your role, block or delete you.
            </p>
          ) : null}
          <Command call={exportOf(user)} what="the export" />
          <Link to={`/audit?author_id=${encodeURIComponent(user.id)}`}>What they did, in the audit log</Link>
        </Panel>
        {me.features.own_users ? <Logins userId={user.id} /> : null}
        {me.features.own_users ? <OpenIdPanel user={user} mayUnbind /> : null}
      </div>
      <TokensOf title="Personal tokens" filter={{ owner_id: user.id }} none="They have no personal tokens." />
      <TokensOf
        title="Service tokens they created"
        filter={{ created_by: user.id, kind: 'service_token' }}
        none="They created no service tokens."
      />
      <Dialogs
        user={user}
        opened={opened}
        onClose={() => {
          setOpened(undefined);
        }}
      />
    </Page>
  );
}

function Dialogs(props: {
  readonly user: User;
  readonly opened: Opened | undefined;
  readonly onClose: () => void;
}): ReactElement | null {
  const { user, opened, onClose } = props;
  const navigate = useNavigate();
  const gone = (): void => {
    void navigate('/people');
  };
  switch (opened) {
    case 'end':
      return <EndAccessDialog user={user} onClose={onClose} />;
    case 'block':
      return <BlockDialog user={user} onClose={onClose} />;
    case 'password':
      return <ResetPasswordDialog user={user} onClose={onClose} />;
    case 'role':
      return <RoleDialog user={user} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog user={user} onClose={onClose} onGone={gone} />;
    case 'erase':
      return <EraseDialog user={user} onClose={onClose} onGone={gone} />;
    case undefined:
      return null;
  }
}

/** Saves all that is kept of a user, and says where that fails. */
function Export({ user }: { readonly user: User }): ReactElement {
  const [problem, setProblem] = useState<Problem | undefined>();
  const call = exportOf(user);
  const save = async (): Promise<void> => {
    setProblem(undefined);
    try {
      saveFile(await sendForFile(call), call.file);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0));
    }
  };
  return (
    <>
      <Button onPress={() => void save()}>Export as JSON</Button>
      {problem ? <ProblemMessage problem={problem} /> : null}
    </>
  );
}

function exportOf({ id }: User): Call & { readonly file: string } {
  return { method: 'GET', path: userPath(id, 'export'), file: `person-${id}.json` };
}

function TokensOf(props: {
  readonly title: string;
  readonly filter: Readonly<Record<string, string>>;
  readonly none: string;
}): ReactElement {
  const list = usePagedList<Token>(['tokens'], {
    method: 'GET',
    path: '/tokens',
    query: { ...props.filter, limit: 50 },
  });
  const rows = rowsOf(list);
  return (
    <section className="stack">
      <h2>{props.title}</h2>
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <Empty>{props.none}</Empty>
          ) : (
            <TokenTable caption={props.title} rows={rows} more={moreOf(list)} />
          )
        }
      </Loaded>
    </section>
  );
}
