/** Disables, enables or revokes several tokens at once, after showing which ones it concerns. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { useAction } from '../../api/action.ts';
import type { Call, QueryValue } from '../../api/call.ts';
import { outdate } from '../../api/queries.ts';
import type { BulkResult, Token } from '../../api/types.ts';
import { news, update } from '../../live/live-stream.ts';
import { Button } from '../../parts/button.tsx';
import { ActionDialog } from '../../parts/dialog.tsx';
import { announce, notify } from '../../parts/toasts.tsx';

type BulkAction = 'disable' | 'enable' | 'revoke';

const TEXTS: Readonly<Record<BulkAction, { readonly text: string; readonly done: string }>> = {
  disable: { text: 'Disable', done: 'Disabled' },
  enable: { text: 'Enable', done: 'Enabled' },
  revoke: { text: 'Revoke', done: 'Revoked' },
};

interface BulkProps {
  readonly rows: readonly Token[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly filter: Readonly<Record<string, QueryValue>>;
  readonly hasMore: boolean;
}

export function Bulk({ rows, chosen, onChoose, filter, hasMore }: BulkProps): ReactElement | null {
  const [action, setAction] = useState<BulkAction | undefined>();
  const [isByFilter, setByFilter] = useState(false);
  const possible = rows.filter(({ permissions }) => permissions.length > 0).map(({ id }) => id);
  const ids = possible.filter((id) => chosen.has(id));
  if (ids.length === 0) return null;
  const isAll = ids.length === possible.length;
  const clear = (): void => {
    setByFilter(false);
    setAction(undefined);
    onChoose(new Set());
  };
  return (
    <div className="selected" role="region" aria-label="Chosen tokens">
      <strong>{isByFilter ? 'All that fit the filters' : `${String(ids.length)} chosen`}</strong>
      {isAll ? null : (
        <Button
          tone="plain"
          onPress={() => {
            onChoose(new Set(possible));
          }}
        >
          Choose all {possible.length} shown
        </Button>
      )}
      {isAll && hasMore && !isByFilter ? (
        <Button
          tone="plain"
          onPress={() => {
            setByFilter(true);
          }}
        >
          Choose all that fit the filters
        </Button>
      ) : null}
      {(['disable', 'enable', 'revoke'] as const).map((each) => (
        <Button
          key={each}
          onPress={() => {
            setAction(each);
          }}
        >
          {TEXTS[each].text}…
        </Button>
      ))}
      <Button tone="plain" onPress={clear}>
        Choose none
      </Button>
      {action ? (
        <BulkDialog
          action={action}
          body={isByFilter ? { action, filter } : { action, ids }}
          onClose={() => {
            setAction(undefined);
          }}
          onDone={clear}
        />
      ) : null}
    </div>
  );
}

interface BulkDialogProps {
  readonly action: BulkAction;
  readonly body: Readonly<Record<string, unknown>>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** First asks the server what would happen; what is confirmed is exactly that. */
function BulkDialog({ action, body, onClose, onDone }: BulkDialogProps): ReactElement {
  const client = useQueryClient();
  const trial = useAction();
  const work = useAction();
  const [found, setFound] = useState<BulkResult | undefined>();
  const { text, done } = TEXTS[action];
  useEffect(() => {
    void trial
      .run<BulkResult>({ method: 'POST', path: '/tokens/bulk', body: { ...body, dry_run: true } })
      .then((result) => {
        setFound(result?.answer);
        if (result) announce(summaryOf(result.answer));
      });
    // oxlint-disable-next-line react/exhaustive-deps -- only when it is opened
  }, []);
  const call: Call = { method: 'POST', path: '/tokens/bulk', body: { ...body, expected: found?.matched } };
  const confirm = async (): Promise<void> => {
    const result = await work.run<BulkResult>(call);
    if (!result) return;
    const { items, changed } = result.answer;
    const ids = items.filter((item) => item.result === 'changed').map(({ id }) => id);
    if (action === 'revoke') update({ gone: new Set([...news.get().gone, ...ids]) });
    else outdate(client, ['tokens']);
    void client.invalidateQueries({ queryKey: ['stats'] });
    notify(`${done} ${changed.toLocaleString('en')} ${changed === 1 ? 'token' : 'tokens'}`);
    onDone();
  };
  return (
    <ActionDialog
      title={`${text} several tokens?`}
      call={call}
      confirm={found ? `${text} ${String(found.changed)}` : text}
      isDestructive={action === 'revoke'}
      isPending={work.isPending}
      isDisabled={!found || found.changed === 0}
      problem={work.problem ?? trial.problem}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {found ? <Found result={found} /> : <p className="soft">Finding out which ones …</p>}
      {action === 'revoke' ? (
        <p>They cannot be brought back. To find out whether they are needed, disable them.</p>
      ) : null}
    </ActionDialog>
  );
}

const NAMES_SHOWN = 8;

function summaryOf({ changed, accounts, matched }: BulkResult): string {
  const others = matched - changed;
  const inAccounts = accounts > 0 ? ` in ${String(accounts)} ${accounts === 1 ? 'account' : 'accounts'}` : '';
  const left = others > 0 ? ` ${String(others)} would stay as they are.` : '';
  return `${String(changed)} ${changed === 1 ? 'token' : 'tokens'}${inAccounts} would change.${left}`;
}

function Found({ result }: { readonly result: BulkResult }): ReactElement {
  const affected = result.items.filter((item) => item.result === 'changed');
  return (
    <>
      <p>
        <strong>{summaryOf(result)}</strong>
      </p>
      <ul>
        {affected.slice(0, NAMES_SHOWN).map(({ id, name, account }) => (
          <li key={id}>
            {name}
            {account ? <span className="soft"> in {account.name}</span> : null}
          </li>
        ))}
        {affected.length > NAMES_SHOWN ? <li>and {affected.length - NAMES_SHOWN} more</li> : null}
      </ul>
    </>
  );
}
