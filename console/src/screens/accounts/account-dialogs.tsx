/** Renames and deletes an account. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useNavigate } from 'react-router';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { accountPath } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import { notify } from '../../parts/toasts.tsx';

interface AccountDialogProps {
  readonly account: Account;
  readonly onClose: () => void;
}

export function RenameAccountDialog({ account, onClose }: AccountDialogProps): ReactElement {
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const action = useAction();
  const call: Call = { method: 'PATCH', path: accountPath(account.id), body: { name: name.trim() } };
  const confirm = async (): Promise<void> => {
    const result = await action.run<Account>(call);
    if (!result) return;
    client.setQueryData(['account', account.id], result.answer);
    void client.invalidateQueries({ queryKey: ['accounts'] });
    onClose();
    notify(`Renamed to “${result.answer.name}”`);
  };
  return (
    <ActionDialog
      title={`Rename “${account.name}”`}
      call={call}
      confirm="Rename"
      isPending={action.isPending}
      isDisabled={name.trim() === ''}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <TextField label="Name" autoFocus value={name} onChange={setName} fault={action.problem?.fieldProblem('name')} />
    </ActionDialog>
  );
}

export function DeleteAccountDialog({ account, onClose }: AccountDialogProps): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const action = useAction();
  const call: Call = { method: 'DELETE', path: accountPath(account.id), body: { name } };
  const confirm = async (): Promise<void> => {
    if (!(await action.run(call))) return;
    void navigate('/accounts');
    void client.invalidateQueries({ queryKey: ['accounts'] });
    notify(`Deleted “${account.name}”`);
  };
  return (
    <ActionDialog
      title={`Delete “${account.name}”?`}
      call={call}
      confirm="Delete account"
      isDestructive
      isPending={action.isPending}
      isDisabled={name !== account.name}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>
        Its {account.tokens.toLocaleString('en')} tokens are revoked and its applications removed. It cannot be undone.
      </p>
      <TextField
        label={`Type ${account.name} to confirm`}
        value={name}
        onChange={setName}
        autoFocus
        autoComplete="off"
        fault={action.problem?.fieldProblem('name')}
      />
    </ActionDialog>
  );
}
