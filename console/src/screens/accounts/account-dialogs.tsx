/** Creates, renames and deletes an account. */
import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useNavigate } from 'react-router';
import { accountPath } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { NameDialog, TypedDialog } from '../../parts/form-dialogs.tsx';
import { notify } from '../../parts/toasts.tsx';

interface AccountDialogProps {
  readonly account: Account;
  readonly onClose: () => void;
}

export function CreateAccountDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <NameDialog<Account>
      title="Create an account"
      confirm="Create"
      hint="Such as a team or a product."
      callFor={(name) => ({ method: 'POST', path: '/accounts', body: { name } })}
      onDone={(answer) => {
        void client.invalidateQueries({ queryKey: ['accounts'] });
        onClose();
        notify(`Created “${answer.name}”`);
        void navigate(`/accounts/${encodeURIComponent(answer.id)}`);
      }}
      onClose={onClose}
    />
  );
}

export function RenameAccountDialog({ account, onClose }: AccountDialogProps): ReactElement {
  const client = useQueryClient();
  return (
    <NameDialog<Account>
      title={`Rename “${account.name}”`}
      confirm="Rename"
      name={account.name}
      callFor={(name) => ({ method: 'PATCH', path: accountPath(account.id), body: { name } })}
      onDone={(answer) => {
        client.setQueryData(['account', account.id], answer);
        void client.invalidateQueries({ queryKey: ['accounts'] });
        onClose();
        notify(`Renamed to “${answer.name}”`);
      }}
      onClose={onClose}
    />
  );
}

export function DeleteAccountDialog({ account, onClose }: AccountDialogProps): ReactElement {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <TypedDialog
      title={`Delete “${account.name}”?`}
      confirm="Delete account"
      words={account.name}
      member="name"
      callFor={(name) => ({ method: 'DELETE', path: accountPath(account.id), body: { name } })}
      onDone={() => {
        void navigate('/accounts');
        void client.invalidateQueries({ queryKey: ['accounts'] });
        notify(`Deleted “${account.name}”`);
      }}
      onClose={onClose}
    >
      Its {account.tokens.toLocaleString('en')} {account.tokens === 1 ? 'token is' : 'tokens are'} revoked and its
      applications removed. It cannot be undone.
    </TypedDialog>
  );
}
