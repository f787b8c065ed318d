/** The members of an account, with their roles. */
import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import type { Call } from '../../api/call.ts';
import { accountPath, useResource } from '../../api/queries.ts';
import type { Member, Page, Person } from '../../api/types.ts';
import { isServerAdministrator, useMe } from '../../app/me.ts';
import { Button } from '../../parts/button.tsx';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { Choices } from '../../parts/fields.tsx';
import { Loaded } from '../../parts/message.tsx';
import { ActionMenu } from '../../parts/menu.tsx';
import { useKept } from '../../parts/kept.ts';
import { Panel } from '../../parts/page.tsx';
import { notify } from '../../parts/toasts.tsx';
import { EmailField } from '../people/email-field.tsx';
import { ROLE_NAMES } from './accounts-screen.tsx';

type Role = Member['role'];

type Opened = 'add' | { readonly member: Person; readonly action: 'remove' | Role };

export function Members(props: { readonly accountId: string; readonly mayChange: boolean }): ReactElement {
  const { accountId, mayChange } = props;
  const call: Call = { method: 'GET', path: accountPath(accountId, 'members'), query: { limit: 200 } };
  const members = useResource<Page<Member>>(['members', accountId], call);
  const [opened, setOpened] = useKept<Opened | undefined>('member', undefined);
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
                  <MemberRow member={member} onOpen={setOpened} />
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

function MemberRow(props: { readonly member: Member; readonly onOpen: (opened: Opened) => void }): ReactElement {
  const me = useMe();
  const { role, user: person, permissions } = props.member;
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
      {permissions.length > 0 ? (
        <ActionMenu
          label={`Actions for ${person.name}`}
          actions={[
            ...(permissions.includes('change_role')
              ? [{ id: other, text: other === 'administrator' ? 'Make administrator…' : 'Make read only…' }]
              : []),
            ...(permissions.includes('remove') ? [{ id: 'remove', text: 'Remove…', isBad: true }] : []),
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
  const [email, setEmail] = useKept('member email', '');
  const [role, setRole] = useKept<Role>('member role', 'administrator');
  const { text, ...words } = wordsFor(accountId, opened, { email: email.trim(), role });
  return (
    <AskDialog
      {...words}
      isDestructive={words.call.method === 'DELETE'}
      isDisabled={opened === 'add' && email.trim() === ''}
      onDone={() => {
        void client.invalidateQueries({ queryKey: ['members', accountId] });
        void client.invalidateQueries({ queryKey: ['account', accountId] });
        onClose();
        notify(text);
      }}
      onClose={onClose}
    >
      {(faultOf) =>
        opened === 'add' ? (
          <>
            <EmailField
              email={email}
              onChange={setEmail}
              fault={faultOf('email')}
              hint="Of a person who is already on this server."
            />
            <MemberRoleField role={role} onChange={setRole} />
          </>
        ) : (
          <p>{EFFECTS[opened.action]}</p>
        )
      }
    </AskDialog>
  );
}

const EFFECTS: Readonly<Record<'remove' | Role, string>> = {
  remove: 'They do not see the account any more. Service tokens that they created stay valid.',
  administrator: 'They can change tokens and members of this account.',
  read_only: 'They see the tokens of this account, and change nothing.',
};

function MemberRoleField(props: { readonly role: Role; readonly onChange: (role: Role) => void }): ReactElement {
  return (
    <Choices
      label="Role"
      value={props.role}
      onChange={(value) => {
        props.onChange(value as Role);
      }}
      options={[
        { value: 'administrator', text: 'Administrator' },
        { value: 'read_only', text: 'Read only' },
      ]}
      hint={props.role === 'administrator' ? 'Changes tokens and members.' : 'Sees tokens and changes nothing.'}
    />
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
