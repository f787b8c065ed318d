/** The members of an account, with their roles. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Link } from 'react-router';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { accountPath, useResource } from '../../api/queries.ts';
import type { Member, Page, Person } from '../../api/types.ts';
import { isServerAdministrator, useMe } from '../../app/me.ts';
import { Button } from '../../parts/button.tsx';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Choices, TextField } from '../../parts/fields.tsx';
import { Loaded } from '../../parts/message.tsx';
import { ActionMenu } from '../../parts/menu.tsx';
import { Panel } from '../../parts/page.tsx';
import { notify } from '../../parts/toasts.tsx';
import { ROLE_NAMES } from './accounts-screen.tsx';

type Role = Member['role'];

type Opened = 'add' | { readonly member: Person; readonly action: 'remove' | Role };

export function Members(props: { readonly accountId: string; readonly mayChange: boolean }): ReactElement {
  const { accountId, mayChange } = props;
  const call: Call = { method: 'GET', path: accountPath(accountId, 'members'), query: { limit: 200 } };
  const members = useResource<Page<Member>>(['members', accountId], call);
  const [opened, setOpened] = useState<Opened | undefined>();
  return (
    <Panel
      title="Members"
      actions={
        mayChange ? (
          <Button
            onPress={() => {
              setOpened('add');
            }}
          >
            Add member
          </Button>
        ) : undefined
      }
    >
      <Loaded query={members}>
        {({ items, next_cursor: next }) => (
          <>
            <ul className="events">
              {items.map((member) => (
                <li key={member.user.id}>
                  <MemberRow member={member} mayChange={mayChange} onOpen={setOpened} />
                </li>
              ))}
            </ul>
            {next === null ? null : <p className="soft">These are the first 200.</p>}
          </>
        )}
      </Loaded>
      {opened ? (
        <MemberDialog
          accountId={accountId}
          opened={opened}
          onClose={() => {
            setOpened(undefined);
          }}
        />
      ) : null}
    </Panel>
  );
}

function MemberRow(props: {
  readonly member: Member;
  readonly mayChange: boolean;
  readonly onOpen: (opened: Opened) => void;
}): ReactElement {
  const me = useMe();
  const { role, user: person } = props.member;
  const other: Role = role === 'administrator' ? 'read_only' : 'administrator';
  return (
    <div className="row">
      <div className="grow">
        <div>
          {isServerAdministrator(me) ? (
            <Link to={`/people/${encodeURIComponent(person.id)}`}>{person.name}</Link>
          ) : (
            person.name
          )}
        </div>
        <div className="soft small">
          {person.email}, {ROLE_NAMES[role]}
        </div>
      </div>
      {props.mayChange ? (
        <ActionMenu
          label={`Actions for ${person.name}`}
          actions={[
            { id: other, text: other === 'administrator' ? 'Make administrator…' : 'Make read only…' },
            { id: 'remove', text: 'Remove…', isBad: true },
          ]}
          onAction={(action) => {
            props.onOpen({ member: person, action: action as 'remove' | Role });
          }}
        />
      ) : null}
    </div>
  );
}

function MemberDialog(props: {
  readonly accountId: string;
  readonly opened: Opened;
  readonly onClose: () => void;
}): ReactElement {
  const { accountId, opened, onClose } = props;
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('administrator');
  const action = useAction();
  const { call, title, confirm, text } = wordsFor(accountId, opened, { email: email.trim(), role });
  const run = async (): Promise<void> => {
    if (!(await action.run(call))) return;
    void client.invalidateQueries({ queryKey: ['members', accountId] });
    void client.invalidateQueries({ queryKey: ['account', accountId] });
    onClose();
    notify(text);
  };
  return (
    <ActionDialog
      title={title}
      call={call}
      confirm={confirm}
      isDestructive={call.method === 'DELETE'}
      isDisabled={opened === 'add' && email.trim() === ''}
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void run()}
      onClose={onClose}
    >
      {opened === 'add' ? (
        <>
          <TextField
            label="E-mail address"
            type="email"
            autoFocus
            value={email}
            onChange={setEmail}
            fault={action.problem?.fieldProblem('email')}
            hint="Of a person who is already on this server."
          />
          <Choices
            label="Role"
            value={role}
            onChange={(value) => {
              setRole(value as Role);
            }}
            options={[
              { value: 'administrator', text: 'Administrator' },
              { value: 'read_only', text: 'Read only' },
            ]}
            hint={role === 'administrator' ? 'Changes tokens and members.' : 'Sees tokens and changes nothing.'}
          />
        </>
      ) : (
        <p>
          {opened.action === 'remove'
            ? 'They do not see the account any more. Service tokens that they created stay valid.'
            : opened.action === 'administrator'
              ? 'They can change tokens and members of this account.'
              : 'They see the tokens of this account, and change nothing.'}
        </p>
      )}
    </ActionDialog>
  );
}

interface MemberWords {
  readonly call: Call;
  readonly title: string;
  readonly confirm: string;
  readonly text: string;
}

function wordsFor(
  accountId: string,
  opened: Opened,
  added: { readonly email: string; readonly role: Role },
): MemberWords {
  if (opened === 'add') {
    const call: Call = { method: 'POST', path: accountPath(accountId, 'members'), body: added };
    return { call, title: 'Add a member', confirm: 'Add', text: `Added ${added.email}` };
  }
  const { member, action } = opened;
  const path = accountPath(accountId, 'members', member.id);
  if (action === 'remove') {
    const call: Call = { method: 'DELETE', path };
    return { call, title: `Remove ${member.name}?`, confirm: 'Remove', text: `Removed ${member.name}` };
  }
  const call: Call = { method: 'PATCH', path, body: { role: action } };
  const title = `Make ${member.name} ${action === 'administrator' ? 'an administrator' : 'read only'}?`;
  return { call, title, confirm: 'Change role', text: `Changed the role of ${member.name}` };
}
