/** Renames and deletes an account. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useNavigate } from 'react-router';
import type { Call } from '../../api/call.ts';
import { accountPath } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import { notify } from '../../parts/toasts.tsx';

interface AccountDialogProps {
  readonly account: Account;
  readonly onClose: () => void;
}

export function RenameAccountDialog({ account, onClose }: AccountDialogProps): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const call: Call = { method: 'PATCH', path: accountPath(account.id), body: { name: name.trim() } };
  return (
    <AskDialog<Account>
      title={`Rename “${account.name}”`}
      call={call}
      confirm="Rename"
      isDisabled={name.trim() === ''}
      onDone={(answer) => {
        client.setQueryData(['account', account.id], answer);
        void client.invalidateQueries({ queryKey: ['accounts'] });
        onClose();
        notify(`Renamed to “${answer.name}”`);
      }}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <TextField label="Name" autoFocus value={name} onChange={setName} fault={faultOf('name')} />
        </>
      )}
    </AskDialog>
  );
}

export function DeleteAccountDialog({ account, onClose }: AccountDialogProps): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const call: Call = { method: 'DELETE', path: accountPath(account.id), body: { name } };
  return (
    <AskDialog
      title={`Delete “${account.name}”?`}
      call={call}
      confirm="Delete account"
      isDestructive
      isDisabled={name !== account.name}
      onDone={() => {
        void navigate('/accounts');
        void client.invalidateQueries({ queryKey: ['accounts'] });
        notify(`Deleted “${account.name}”`);
      }}
      onClose={onClose}
    >
      {(faultOf) => (
        <>
          <p>
            Its {account.tokens.toLocaleString('en')} tokens are revoked and its applications removed. It cannot be
            undone.
          </p>
          <TextField
            label={`Type ${account.name} to confirm`}
            value={name}
            onChange={setName}
            autoFocus
            autoComplete="off"
            fault={faultOf('name')}
          />
        </>
      )}
    </AskDialog>
  );
}
