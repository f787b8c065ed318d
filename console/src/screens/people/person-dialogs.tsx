/** Blocks, deletes and erases people, resets their password, and changes their role. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { userPath } from '../../api/queries.ts';
import type { User } from '../../api/types.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Choices, TextField } from '../../parts/fields.tsx';
import { Moment } from '../../parts/moment.tsx';
import { notify } from '../../parts/toasts.tsx';
import { PasswordDialog } from './password-dialog.tsx';

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
  const action = useAction();
  const changed = useUserChange(user, onClose);
  const isBlocking = user.state !== 'blocked';
  const call: Call = { method: 'PATCH', path: userPath(user.id), body: { blocked: isBlocking } };
  const confirm = async (): Promise<void> => {
    const result = await action.run<User>(call);
    if (result) changed(result.answer, `${isBlocking ? 'Blocked' : 'Unblocked'} ${user.name}`);
  };
  return (
    <ActionDialog
      title={`${isBlocking ? 'Block' : 'Unblock'} ${user.name}?`}
      call={call}
      confirm={isBlocking ? 'Block' : 'Unblock'}
      isDestructive={isBlocking}
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
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
    </ActionDialog>
  );
}

export function RoleDialog({ user, onClose }: PersonDialogProps): ReactElement {
  const action = useAction();
  const changed = useUserChange(user, onClose);
  const [role, setRole] = useState<string>(user.role);
  const call: Call = { method: 'PATCH', path: userPath(user.id), body: { role } };
  const confirm = async (): Promise<void> => {
    const result = await action.run<User>(call);
    if (result) changed(result.answer, `Changed the role of ${user.name}`);
  };
  return (
    <ActionDialog
      title={`Change the role of ${user.name}`}
      call={call}
      confirm="Save"
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <Choices
        label="Role"
        value={role}
        onChange={setRole}
        options={[
          { value: 'user', text: 'User' },
          { value: 'administrator', text: 'Administrator' },
        ]}
        hint="Administrators see and change everything on this server."
      />
    </ActionDialog>
  );
}

export function ResetPasswordDialog({ user, onClose }: PersonDialogProps): ReactElement {
  const action = useAction();
  const [password, setPassword] = useState<string | undefined>();
  const call: Call = { method: 'POST', path: userPath(user.id, 'password'), body: {} };
  const confirm = async (): Promise<void> => {
    const result = await action.run<{ password?: string }>(call);
    if (result) setPassword(result.answer.password ?? '');
  };
  if (password !== undefined) return <PasswordDialog name={user.name} password={password} onClose={onClose} />;
  return (
    <ActionDialog
      title={`Reset the password of ${user.name}?`}
      call={call}
      confirm="Reset password"
      isDestructive
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        The server makes a new password, which you see once. The old one stops working, and their logins end. Last
        login: <Moment at={user.last_login_at} none="never" />.
      </p>
    </ActionDialog>
  );
}

interface GoneDialogProps extends PersonDialogProps {
  readonly onGone: () => void;
}

export function DeleteDialog({ user, onClose, onGone }: GoneDialogProps): ReactElement {
  const client = useQueryClient();
  const action = useAction();
  const call: Call = { method: 'DELETE', path: userPath(user.id) };
  const confirm = async (): Promise<void> => {
    if (!(await action.run(call))) return;
    onGone();
    void client.invalidateQueries({ queryKey: ['users'] });
    notify(`Deleted ${user.name}`);
  };
  return (
    <ActionDialog
      title={`Delete ${user.name}?`}
      call={call}
      confirm="Delete"
      isDestructive
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        Last login: <Moment at={user.last_login_at} none="never" />. Their {user.tokens} personal tokens are revoked.
      </p>
      <p>
        <strong>{user.created_service_tokens} service tokens that they created stay valid.</strong> To end those as
        well, use “Revoke all” first. The audit log keeps their name and e-mail address; “Erase” removes them.
      </p>
    </ActionDialog>
  );
}

export function EraseDialog({ user, onClose, onGone }: GoneDialogProps): ReactElement {
  const client = useQueryClient();
  const action = useAction();
  const [email, setEmail] = useState('');
  const call: Call = { method: 'POST', path: userPath(user.id, 'erase'), body: { email } };
  const confirm = async (): Promise<void> => {
    const result = await action.run<{ audit_rows: number }>(call);
    if (!result) return;
    onGone();
    void client.invalidateQueries();
    notify(`Erased. ${String(result.answer.audit_rows)} rows of the audit log keep only the id.`);
  };
  return (
    <ActionDialog
      title={`Erase ${user.name}?`}
      call={call}
      confirm="Erase"
      isDestructive
      isDisabled={email !== user.email}
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        They are deleted, and their name and addresses disappear from the audit log, which keeps the id. It cannot be
        undone. Service tokens that they created stay valid.
      </p>
      <TextField
        label={`Type ${user.email} to confirm`}
        value={email}
        onChange={setEmail}
        autoFocus
        autoComplete="off"
        fault={action.problem?.fieldProblem('email')}
      />
    </ActionDialog>
  );
}
