/** Gives a token a new secret; the old one can stay valid for some time. */
import type { ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call } from '../../api/call.ts';
import { tokenPath } from '../../api/queries.ts';
import type { IssuedToken } from '../../api/types.ts';
import { ActionDialog } from '../../parts/dialog.tsx';
import { Choices, TextField } from '../../parts/fields.tsx';
import { useKept } from '../../parts/kept.ts';
import { Message } from '../../parts/message.tsx';
import { useNow, usedWords } from '../../parts/moment.tsx';
import { DEFAULT_OVERLAP, OVERLAPS, fieldIn, timeOf } from './expiry.ts';
import type { TokenDialogProps } from './token-dialogs.tsx';

export function RotateDialog({ token, done }: TokenDialogProps): ReactElement {
  const [overlap, setOverlap] = useKept<string>('overlap', DEFAULT_OVERLAP);
  const [date, setDate] = useKept('overlap date', () => fieldIn(7));
  const action = useAction();
  const now = useNow();
  const body = overlap === 'date' ? { previous_secret_expires_at: timeOf(date) ?? '' } : { overlap };
  const call: Call = { method: 'POST', path: tokenPath(token.id, 'rotate'), body };
  const confirm = async (): Promise<void> => {
    const result = await action.run<IssuedToken>(call);
    if (result) done.issued(result.answer);
  };
  return (
    <ActionDialog
      title={`Rotate “${token.name}”`}
      call={call}
      confirm="Rotate"
      isPending={action.isPending}
      problem={action.problem}
      onConfirm={() => void confirm()}
      onClose={done.close}
    >
      <p>You get a new secret. The current one was {usedWords(token.last_use, now)}.</p>
      <Choices
        label="Keep the old secret valid for"
        value={overlap}
        onChange={setOverlap}
        options={OVERLAPS}
        hint={
          overlap === '0s'
            ? 'The old secret stops working at once: every client that has it is refused.'
            : 'Clients go on with the old secret until you have given them the new one.'
        }
      />
      {overlap === 'date' ? (
        <TextField label="Old secret valid until" type="datetime-local" value={date} onChange={setDate} />
      ) : null}
      {token.overlap ? (
        <Message tone="warn">
          <span>
            An overlap is running. The secret before the current one stops working now, whatever you choose. It was{' '}
            {usedWords(token.overlap.last_use, now)}.
          </span>
        </Message>
      ) : null}
    </ActionDialog>
  );
}
