/** Blocks, deletes and erases people, resets their password, and changes their role. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Call } from '../../api/call.ts';
import { outdate, userPath } from '../../api/queries.ts';
import type { User } from '../../api/types.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { TypedDialog } from '../../parts/form-dialogs.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useKept } from '../../parts/kept.ts';
import { notify } from '../../parts/toasts.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { RoleField } from './role-field.tsx';

interface PersonDialogProps {
  readonly user: User;
  readonly onClose: () => void;
}

function useUserChange(user: User, onClose: () => void): (changed: User, text: string) => void {
  const client = useQueryClient();
  return (changed, text) => {
    client.setQueryData(['user', user.id], changed);
    void client.invalidateQueries({ queryKey: ['users'] });
    onClose();
    notify(text);
  };
}

export function BlockDialog({ user, onClose }: PersonDialogProps): ReactElement {
  const changed = useUserChange(user, onClose);
  const isBlocking = user.state !== 'blocked';
  const call: Call = { method: 'PATCH', path: userPath(user.id), body: { blocked: isBlocking } };
  return (
    <AskDialog<User>
      title={`${isBlocking ? 'Block' : 'Unblock'} ${user.name}?`}
      call={call}
      confirm={isBlocking ? 'Block' : 'Unblock'}
      isDestructive={isBlocking}
      onDone={(answer) => {
        changed(answer, `${isBlocking ? 'Blocked' : 'Unblocked'} ${user.name}`);
      }}
      onClose={onClose}
    >
      <p>
        Last login: <Moment at={user.last_login_at} none="never" />.
      </p>
      <p>
        {isBlocking
          ? 'They cannot log in, and their personal tokens are refused until they are unblocked. Service tokens that they created stay valid.'
          : 'They can log in again, and their personal tokens are accepted again.'}
      </p>
    </AskDialog>
  );
}

export function RoleDialog({ user, onClose }: PersonDialogProps): ReactElement {
  const changed = useUserChange(user, onClose);
  const [role, setRole] = useKept<string>('role', user.role);
  const call: Call = { method: 'PATCH', path: userPath(user.id), body: { role } };
  return (
    <AskDialog<User>
      title={`Change the role of ${user.name}`}
      call={call}
      confirm="Save"
      onDone={(answer) => {
        changed(answer, `Changed the role of ${user.name}`);
      }}
      onClose={onClose}
    >
      <RoleField role={role} onChange={setRole} />
    </AskDialog>
  );
}

export function ResetPasswordDialog({ user, onClose }: PersonDialogProps): ReactElement {
  const [password, setPassword] = useState<string | undefined>();
  const call: Call = { method: 'POST', path: userPath(user.id, 'password'), body: {} };
  if (password !== undefined) return <PasswordDialog name={user.name} password={password} onClose={onClose} />;
  return (
    <AskDialog<{ password?: string }>
      title={`Reset the password of ${user.name}?`}
      call={call}
      confirm="Reset password"
      isDestructive
      onDone={(answer) => {
        setPassword(answer.password ?? '');
      }}
      onClose={onClose}
    >
      <p>
        The server makes a new password, which you see once. The old one stops working, and their logins end. Last
        login: <Moment at={user.last_login_at} none="never" />.
      </p>
    </AskDialog>
  );
}

interface GoneDialogProps extends PersonDialogProps {
  readonly onGone: () => void;
}

export function DeleteDialog({ user, onClose, onGone }: GoneDialogProps): ReactElement {
  const client = useQueryClient();
  const call: Call = { method: 'DELETE', path: userPath(user.id) };
  return (
    <AskDialog
      title={`Delete ${user.name}?`}
      call={call}
      confirm="Delete"
      isDestructive
      onDone={() => {
        onGone();
        void client.invalidateQueries({ queryKey: ['users'] });
        notify(`Deleted ${user.name}`);
      }}
      onClose={onClose}
    >
      <p>
        Last login: <Moment at={user.last_login_at} none="never" />. Their {user.tokens} personal tokens are revoked.
      </p>
      <p>
        <strong>{user.created_service_tokens} service tokens that they created stay valid.</strong> To end those as
        well, use “Revoke all” first. The audit log keeps their name and e-mail address; “Erase” removes them.
      </p>
    </AskDialog>
  );
}

export function EraseDialog({ user, onClose, onGone }: GoneDialogProps): ReactElement {
  const client = useQueryClient();
  return (
    <TypedDialog<{ audit_rows: number }>
      title={`Erase ${user.name}?`}
      confirm="Erase"
      words={user.email}
      member="email"
      callFor={(email) => ({ method: 'POST', path: userPath(user.id, 'erase'), body: { email } })}
      onDone={(answer) => {
        onGone();
        outdate(client, []);
        notify(`Erased. ${String(answer.audit_rows)} rows of the audit log keep only the id.`);
      }}
      onClose={onClose}
    >
      They are deleted, and their name and addresses disappear from the audit log, which keeps the id. It cannot be
      undone. Service tokens that they created stay valid.
    </TypedDialog>
  );
}
