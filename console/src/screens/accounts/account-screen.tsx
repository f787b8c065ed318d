/** One account: its members and their roles, its tokens and its applications. */
import type { ReactElement } from 'react';
import { Link, useParams } from 'react-router';
import type { Call } from '../../api/call.ts';
import { accountPath, moreOf, rowsOf, usePagedList, useResource } from '../../api/queries.ts';
import type { Account, Token } from '../../api/types.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { Empty, Loaded } from '../../parts/message.tsx';
import { ExactMoment } from '../../parts/moment.tsx';
import { LoadedPage, Page, Panel } from '../../parts/page.tsx';
import { useKept } from '../../parts/kept.ts';
import { TokenTable } from '../tokens/token-table.tsx';
import { DeleteAccountDialog, RenameAccountDialog } from './account-dialogs.tsx';
import { ROLE_NAMES } from './accounts-screen.tsx';
import { Members } from './members.tsx';

export function AccountScreen(): ReactElement {
  const { id = '' } = useParams();
  const call: Call = { method: 'GET', path: accountPath(id) };
  const account = useResource<Account>(['account', id], call);
  return (
    <LoadedPage title="Account" query={account}>
      {(found) => (
        <>
          <AccountPage account={found} />
          <Command call={call} />
        </>
      )}
    </LoadedPage>
  );
}

function AccountPage({ account }: { readonly account: Account }): ReactElement {
  const [opened, setOpened] = useKept<'rename' | 'delete' | undefined>('account', undefined);
  const { permissions } = account;
  const id = encodeURIComponent(account.id);
  const close = (): void => {
    setOpened(undefined);
  };
  return (
    <Page
      title={account.name}
      intro={
        <>
          <Link to="/accounts">Accounts</Link> / {account.name}
        </>
      }
      actions={
        permissions.length > 0 ? (
          <>
            {permissions.includes('rename') ? (
              <Button
                onPress={() => {
                  setOpened('rename');
                }}
              >
                Rename…
              </Button>
            ) : null}
            {permissions.includes('delete') ? (
              <Button
                onPress={() => {
                  setOpened('delete');
                }}
              >
                Delete…
              </Button>
            ) : null}
            {permissions.includes('create_token') ? (
              <LinkButton to={`/tokens/new?kind=service_token&account_id=${id}`} tone="main">
                Create token
              </LinkButton>
            ) : null}
          </>
        ) : undefined
      }
    >
      <div className="columns">
        <Panel title="Details">
          <dl className="facts">
            <dt>Id</dt>
            <dd>
              <code>{account.id}</code>
            </dd>
            <dt>Created</dt>
            <dd>
              <ExactMoment at={account.created_at} />
            </dd>
            <dt>Tokens</dt>
            <dd>
              <Link to={`/tokens?account_id=${id}`}>{account.tokens.toLocaleString('en')}</Link>
            </dd>
            <dt>Your role</dt>
            <dd>{account.role === null ? 'Not a member' : ROLE_NAMES[account.role]}</dd>
          </dl>
          <Link to={`/applications?account_id=${id}`}>Applications and policies</Link>
          <Link to={`/audit?account_id=${id}`}>Its audit log</Link>
        </Panel>
        <Members accountId={account.id} mayChange={permissions.includes('change_members')} />
      </div>
      <TokensOf account={account} />
      {opened === 'rename' ? <RenameAccountDialog account={account} onClose={close} /> : null}
      {opened === 'delete' ? <DeleteAccountDialog account={account} onClose={close} /> : null}
    </Page>
  );
}

function TokensOf({ account }: { readonly account: Account }): ReactElement {
  const query = { account_id: account.id, limit: 50 };
  const list = usePagedList<Token>(['tokens'], { method: 'GET', path: '/tokens', query });
  const rows = rowsOf(list);
  return (
    <section className="stack">
      <h2>Tokens</h2>
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <Empty>This account has no tokens.</Empty>
          ) : (
            <TokenTable caption={`Tokens of ${account.name}`} rows={rows} more={moreOf(list)} />
          )
        }
      </Loaded>
    </section>
  );
}
