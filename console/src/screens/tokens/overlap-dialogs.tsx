/** Ends or extends the time in which the old secret is still valid. */
import type { ReactElement } from 'react';
import type { Call } from '../../api/call.ts';
import { tokenPath } from '../../api/queries.ts';
import type { Token } from '../../api/types.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import { useKept } from '../../parts/kept.ts';
import { exact, useNow, usedWords } from '../../parts/moment.tsx';
import { fieldTime, timeOf } from './expiry.ts';
import type { TokenDialogProps } from './token-dialogs.tsx';

export function EndOverlapDialog({ token, done }: TokenDialogProps): ReactElement {
  const now = useNow();
  const call: Call = { method: 'POST', path: tokenPath(token.id, 'overlap', 'end') };
  return (
    <AskDialog<Token>
      title={`End the old secret of “${token.name}”?`}
      call={call}
      confirm="End old secret"
      isDestructive
      onDone={(answer) => {
        done.changed(answer, `Ended the old secret of “${token.name}”`);
      }}
      onClose={done.close}
    >
      <p>
        <strong>The old secret was {usedWords(token.overlap?.last_use ?? null, now)}.</strong>
      </p>
      <p>Whoever still uses it is refused from then on. The new secret stays as it is.</p>
    </AskDialog>
  );
}

export function ExtendOverlapDialog({ token, done }: TokenDialogProps): ReactElement {
  const now = useNow();
  const endsAt = token.overlap?.ends_at ?? new Date(now).toISOString();
  const [date, setDate] = useKept('end of overlap', fieldTime(new Date(new Date(endsAt).getTime() + 7 * 86_400_000)));
  const body = { ends_at: timeOf(date) ?? '' };
  const call: Call = { method: 'PATCH', path: tokenPath(token.id, 'overlap'), body };
  return (
    <AskDialog<Token>
      title={`When the old secret of “${token.name}” ends`}
      call={call}
      confirm="Save"
      onDone={(answer) => {
        done.changed(answer, `The old secret of “${token.name}” ends at another time`);
      }}
      onClose={done.close}
    >
      {(faultOf) => (
        <>
          <TextField
            label="Old secret valid until"
            type="datetime-local"
            value={date}
            onChange={setDate}
            hint={`Now it is ${exact(endsAt)}. An earlier time shortens it.`}
            fault={faultOf('ends_at')}
          />
        </>
      )}
    </AskDialog>
  );
}
