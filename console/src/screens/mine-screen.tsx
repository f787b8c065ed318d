/** What everybody has: their own tokens, where they are logged in, and their password. */
import { useState, type ReactElement } from 'react';
import type { Call } from '../api/call.ts';
import { moreOf, rowsOf, usePagedList } from '../api/queries.ts';
import type { Token } from '../api/types.ts';
import { useMe } from '../app/me.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { Command } from '../parts/command.tsx';
import { AskDialog } from '../parts/ask-dialog.tsx';
import { TextField } from '../parts/fields.tsx';
import { Empty, Loaded } from '../parts/message.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { notify } from '../parts/toasts.tsx';
import { Logins } from './people/logins.tsx';
import { OpenIdPanel } from './people/openid-panel.tsx';
import { TokenTable } from './tokens/token-table.tsx';

export function MineScreen(): ReactElement {
  const { user, accounts, features } = useMe();
  const [isChanging, setChanging] = useState(false);
  const query = { owner_id: user.id, limit: 100 };
  const call: Call = { method: 'GET', path: '/tokens', query };
  const list = usePagedList<Token>(['tokens'], call);
  const rows = rowsOf(list);
  return (
    <Page
      title="My tokens"
      intro="Personal tokens act as you. Whoever has one can do what you can do."
      actions={
        <LinkButton to="/tokens/new?kind=personal_token" tone="main">
          Create token
        </LinkButton>
      }
    >
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <Empty>
              <strong>You have no tokens</strong>
              <p>Create one to call the APIs from a script or a program.</p>
              <LinkButton to="/tokens/new?kind=personal_token" tone="main">
                Create a personal token
              </LinkButton>
            </Empty>
          ) : (
            <TokenTable caption="My tokens" rows={rows} more={moreOf(list)} />
          )
        }
      </Loaded>
      <Command call={call} />
      <div className="columns">
        <Panel title="You">
          <dl className="facts">
            <dt>Name</dt>
            <dd>{user.name}</dd>
            <dt>E-mail address</dt>
            <dd>{user.email}</dd>
            <dt>Role</dt>
            <dd>{user.role === 'administrator' ? 'Administrator of the server' : 'User'}</dd>
            <dt>Accounts</dt>
            <dd>{accounts.length === 0 ? 'None' : accounts.map(({ name }) => name).join(', ')}</dd>
          </dl>
          {features.change_password ? (
            <div className="row">
              <Button
                onPress={() => {
                  setChanging(true);
                }}
              >
                Change password…
              </Button>
            </div>
          ) : features.own_users ? (
            <p className="soft">You have no password. An administrator of the server can give you one.</p>
          ) : null}
        </Panel>
        <Logins userId={user.id} />
        <OpenIdPanel user={user} />
      </div>
      {isChanging ? (
        <PasswordChangeDialog
          onClose={() => {
            setChanging(false);
          }}
        />
      ) : null}
    </Page>
  );
}

function PasswordChangeDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { user } = useMe();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const body = { current_password: current, new_password: next };
  const call: Call = { method: 'POST', path: '/me/password', body };
  return (
    <AskDialog
      title="Change your password"
      call={call}
      confirm="Change password"
      isDisabled={current === '' || next === ''}
      onDone={() => {
        onClose();
        notify('Your password has been changed');
      }}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <input
            type="text"
            className="unseen"
            autoComplete="username"
            value={user.email}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          <TextField
            label="Current password"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={current}
            onChange={setCurrent}
            fault={faultOf('current_password')}
          />
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={setNext}
            hint="Your other logins end. Your tokens stay valid."
            fault={faultOf('new_password')}
          />
        </>
      )}
    </AskDialog>
  );
}
