/** Adds a person; the server makes the password, which is shown once. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import type { User } from '../../api/types.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Choices, TextField } from '../../parts/fields.tsx';
import { PasswordDialog } from './password-dialog.tsx';

export function CreatePersonDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('user');
  const [made, setMade] = useState<{ user: User; password: string } | undefined>();
  const action = useAction();
  const named = name.trim() === '' ? {} : { name: name.trim() };
  const call: Call = { method: 'POST', path: '/users', body: { ...named, email: email.trim(), role } };
  const confirm = async (): Promise<void> => {
    const result = await action.run<{ user: User; password?: string }>(call);
    if (!result) return;
    void client.invalidateQueries({ queryKey: ['users'] });
    const { user, password } = result.answer;
    if (password === undefined) onClose();
    else setMade({ user, password });
  };
  if (made) return <PasswordDialog name={made.user.name} password={made.password} onClose={onClose} />;
  return (
    <ActionDialog
      title="Add a person"
      call={call}
      confirm="Add"
      isPending={action.isPending}
      isDisabled={email.trim() === ''}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <TextField
        label="E-mail address"
        type="email"
        autoFocus
        value={email}
        onChange={setEmail}
        fault={action.problem?.fieldProblem('email')}
      />
      <TextField label="Name" value={name} onChange={setName} fault={action.problem?.fieldProblem('name')} />
      <Choices
        label="Role"
        value={role}
        onChange={setRole}
        options={[
          { value: 'user', text: 'User' },
          { value: 'administrator', text: 'Administrator' },
        ]}
        hint={
          role === 'administrator'
            ? 'Administrators see and change everything on this server.'
            : 'Users have tokens of their own. Make them members of an account to let them see its service tokens.'
        }
      />
      <p className="soft">The server makes a password, which you see once.</p>
    </ActionDialog>
  );
}
