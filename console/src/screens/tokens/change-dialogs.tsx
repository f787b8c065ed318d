/** Renames, renews, disables, enables and revokes a token. */
import type { ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { tokenPath } from '../../api/queries.ts';
import type { Token } from '../../api/types.ts';
import { Button } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Choices, TextField } from '../../parts/fields.tsx';
import { NameDialog } from '../../parts/form-dialogs.tsx';
import { useKept } from '../../parts/kept.ts';
import { useNow, usedWords } from '../../parts/moment.tsx';
import { DEFAULT_EXPIRY, EXPIRIES, expiryBody, fieldIn } from './expiry.ts';
import type { TokenDialogProps } from './token-dialogs.tsx';

export function RenameDialog({ token, done }: TokenDialogProps): ReactElement {
  return (
    <NameDialog<Token>
      title={`Rename “${token.name}”`}
      confirm="Rename"
      name={token.name}
      hint="Clients are not affected: they know the token by its secret."
      callFor={(name) => ({ method: 'PATCH', path: tokenPath(token.id), body: { name } })}
      onDone={(answer) => {
        done.changed(answer, `Renamed to “${answer.name}”`);
      }}
      onClose={done.close}
    />
  );
}

export function RenewDialog({ token, done }: TokenDialogProps): ReactElement {
  const [chosen, setChosen] = useKept<string>('expiry', DEFAULT_EXPIRY);
  const [date, setDate] = useKept('expiry date', () => fieldIn(30));
  const call: Call = { method: 'POST', path: tokenPath(token.id, 'renew'), body: expiryBody(chosen, date) };
  return (
    <AskDialog<Token>
      title={`Renew “${token.name}”`}
      call={call}
      confirm="Renew"
      onDone={(answer) => {
        done.changed(answer, `Renewed “${token.name}”`);
      }}
      onClose={done.close}
    >
      <p>The secret stays the same. Only the expiry changes, counted from now.</p>
      <ExpiryFields chosen={chosen} onChoose={setChosen} date={date} onDate={setDate} />
    </AskDialog>
  );
}

/** How long a token is valid. */
export function ExpiryFields(props: {
  readonly chosen: string;
  readonly onChoose: (chosen: string) => void;
  readonly date: string;
  readonly onDate: (date: string) => void;
  readonly fault?: string | undefined;
}): ReactElement {
  return (
    <>
      <Choices
        label="Expires after"
        value={props.chosen}
        onChange={props.onChoose}
        options={EXPIRIES}
        fault={props.fault}
        hint={
          props.chosen === 'never'
            ? 'A token that never expires stays valid until somebody revokes it. Prefer a year, and renew it.'
            : undefined
        }
      />
      {props.chosen === 'date' ? (
        <TextField label="Expires at" type="datetime-local" value={props.date} onChange={props.onDate} />
      ) : null}
    </>
  );
}

export function SwitchDialog(props: TokenDialogProps & { readonly isDisabling: boolean }): ReactElement {
  const { token, done, isDisabling } = props;
  const now = useNow();
  const call: Call = { method: 'PATCH', path: tokenPath(token.id), body: { disabled: isDisabling } };
  return (
    <AskDialog<Token>
      title={`${isDisabling ? 'Disable' : 'Enable'} “${token.name}”?`}
      call={call}
      confirm={isDisabling ? 'Disable' : 'Enable'}
      onDone={(answer) => {
        done.changed(answer, `${isDisabling ? 'Disabled' : 'Enabled'} “${token.name}”`);
      }}
      onClose={done.close}
    >
      <p>It was {usedWords(token.last_use, now)}.</p>
      <p>
        {isDisabling
          ? 'Nobody accepts it until it is enabled again. Nothing else changes.'
          : 'It is accepted again, with the same secret.'}
      </p>
    </AskDialog>
  );
}

export function RevokeDialog({ token, done }: TokenDialogProps): ReactElement {
  const action = useAction();
  const now = useNow();
  const call: Call = { method: 'DELETE', path: tokenPath(token.id) };
  const disabling: Call = { method: 'PATCH', path: tokenPath(token.id), body: { disabled: true } };
  const canDisable = token.permissions.includes('disable') && token.state !== 'disabled';
  const revoke = async (): Promise<void> => {
    if (await action.run(call)) done.revoked(token);
  };
  const disable = async (): Promise<void> => {
    const result = await action.run<Token>(disabling);
    if (result) done.changed(result.answer, `Disabled “${token.name}”`);
  };
  return (
    <ActionDialog
      title={`Revoke “${token.name}”?`}
      call={call}
      confirm="Revoke"
      isDestructive
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void revoke()}
      onClose={done.close}
      aside={
        canDisable ? (
          <Button className="start" onPress={() => void disable()}>
            Disable instead
          </Button>
        ) : null
      }
    >
      <p>
        <strong>It was {usedWords(token.last_use, now)}.</strong> It belongs to{' '}
        {token.account?.name ?? token.owner?.name ?? 'nobody'}.
      </p>
      <p>
        Nobody accepts it from then on, and it cannot be brought back.
        {canDisable ? ' To find out whether it is still needed, disable it first.' : ''}
      </p>
      {canDisable ? <Command call={disabling} what="“Disable instead”" /> : null}
    </ActionDialog>
  );
}
