/** Scopes of a token: how they are typed, and the dialog that changes them. */
import type { ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { tokenPath } from '../../api/queries.ts';
import type { Token } from '../../api/types.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import { useKept } from '../../parts/kept.ts';
import type { TokenDialogProps } from './token-dialogs.tsx';

/** The scopes of a text with spaces between them; `null` for none. */
export function scopesIn(text: string): string[] | null {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '');
  return scopes.length === 0 ? null : scopes;
}

interface ScopesFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly fault: string | undefined;
}

export function ScopesField({ value, onChange, fault }: ScopesFieldProps): ReactElement {
  return (
    <TextField
      label="Scopes"
      value={value}
      onChange={onChange}
      placeholder="None"
      fault={fault}
      hint="What applications may admit it for, with spaces between them, such as “deploy:read deploy:write”. With scopes, it signs in to no API."
    />
  );
}

export function ScopesDialog({ token, done }: TokenDialogProps): ReactElement {
  const [text, setText] = useKept('scopes', token.scopes?.join(' ') ?? '');
  const action = useAction();
  const scopes = scopesIn(text);
  const call: Call = { method: 'PATCH', path: tokenPath(token.id), body: { scopes } };
  const confirm = async (): Promise<void> => {
    const result = await action.run<Token>(call);
    if (result) done.changed(result.answer, `Changed the scopes of “${token.name}”`);
  };
  return (
    <ActionDialog
      title={`Change the scopes of “${token.name}”`}
      call={call}
      confirm="Change"
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={done.close}
    >
      <ScopesField value={text} onChange={setText} fault={action.problem?.fieldProblem('scopes')} />
      {scopes === null && token.scopes !== null ? (
        <p>
          Without scopes, the token is <strong>not limited</strong>: a personal token signs in with all rights of its
          owner.
        </p>
      ) : null}
    </ActionDialog>
  );
}
