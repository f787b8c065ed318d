/** Adds a person; the server makes the password, which is shown once. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Call } from '../../api/call.ts';
import type { User } from '../../api/types.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import { useKept } from '../../parts/kept.ts';
import { EmailField } from './email-field.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { RoleField } from './role-field.tsx';

interface Created {
  readonly user: User;
  readonly password?: string;
}

export function CreatePersonDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useKept('person name', '');
  const [email, setEmail] = useKept('person email', '');
  const [role, setRole] = useKept('person role', 'user');
  const [made, setMade] = useState<Created | undefined>();
  const named = name.trim() === '' ? {} : { name: name.trim() };
  const call: Call = { method: 'POST', path: '/users', body: { ...named, email: email.trim(), role } };
  if (made) return <PasswordDialog name={made.user.name} password={made.password ?? ''} onClose={onClose} />;
  return (
    <AskDialog<Created>
      title="Add a person"
      call={call}
      confirm="Add"
      isDisabled={email.trim() === ''}
      onDone={(answer) => {
        void client.invalidateQueries({ queryKey: ['users'] });
        setMade(answer);
      }}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <EmailField email={email} onChange={setEmail} fault={faultOf('email')} />
          <TextField label="Name" value={name} onChange={setName} fault={faultOf('name')} />
          <RoleField role={role} onChange={setRole} />
          <p className="soft">The server makes a password, which you see once.</p>
        </>
      )}
    </AskDialog>
  );
}
