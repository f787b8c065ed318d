/** Chooses what a user is on this server. */
import type { ReactElement } from 'react';
import { Choices } from '../../parts/fields.tsx';

export function RoleField(props: { readonly role: string; readonly onChange: (role: string) => void }): ReactElement {
  return (
    <Choices
      label="Role"
      value={props.role}
      onChange={props.onChange}
      options={[
        { value: 'user', text: 'User' },
        { value: 'administrator', text: 'Administrator' },
      ]}
      hint={
        props.role === 'administrator'
          ? 'Administrators see and change everything on this server.'
          : 'Users have tokens of their own. Make them members of an account to let them see its service tokens.'
      }
    />
  );
}
