/** The overlap of a token: when the old secret ends, and who still uses it. */
import type { ReactElement } from 'react';
import type { LastUse, Overlap, Token } from '../../api/types.ts';
import { Button } from '../../parts/button.tsx';
import { Message } from '../../parts/message.tsx';
import { Moment, exact, useNow } from '../../parts/moment.tsx';
import { Panel } from '../../parts/page.tsx';
import type { OpenAction } from './token-dialogs.tsx';

const DAY_MS = 86_400_000;

interface OverlapPanelProps {
  readonly token: Token;
  readonly overlap: Overlap;
  readonly onAction: (action: OpenAction, token: Token) => void;
}

export function OverlapPanel({ token, overlap, onAction }: OverlapPanelProps): ReactElement {
  const canEnd = token.permissions.includes('end_overlap');
  return (
    <Panel
      title="Two secrets are valid"
      actions={
        canEnd ? (
          <>
            <Button
              onPress={() => {
                onAction('extend_overlap', token);
              }}
            >
              Change the end…
            </Button>
            <Button
              tone="danger"
              onPress={() => {
                onAction('end_overlap', token);
              }}
            >
              End old secret…
            </Button>
          </>
        ) : undefined
      }
    >
      <Progress overlap={overlap} />
      <Advice overlap={overlap} />
      <dl className="facts">
        <dt>Old secret last used</dt>
        <dd>
          <UseWithAgent use={overlap.last_use} none="Not since the rotation" />
        </dd>
        <dt>Last used, by either secret</dt>
        <dd>
          <UseWithAgent use={token.last_use} none="Never" />
        </dd>
      </dl>
    </Panel>
  );
}

function UseWithAgent({ use, none }: { readonly use: LastUse | null; readonly none: string }): ReactElement {
  if (!use) return <>{none}</>;
  return (
    <>
      <Moment at={use.at} />
      {use.address === null ? '' : ` from ${use.address}`}
      {use.user_agent === null ? null : <div className="soft small">{use.user_agent}</div>}
    </>
  );
}

function Progress({ overlap }: { readonly overlap: Overlap }): ReactElement {
  const now = useNow();
  const end = new Date(overlap.ends_at).getTime();
  const start = overlap.started_at === null ? undefined : new Date(overlap.started_at).getTime();
  const share = start === undefined ? undefined : Math.min(1, Math.max(0, (now - start) / Math.max(1, end - start)));
  return (
    <div className="stack">
      {share === undefined ? null : (
        <div
          className="bar"
          role="progressbar"
          aria-label="Time of the overlap that has passed"
          aria-valuenow={Math.round(share * 100)}
        >
          <span style={{ width: `${String(share * 100)}%` }} />
        </div>
      )}
      <p>
        {overlap.started_at === null ? '' : `Rotated ${exact(overlap.started_at)}. `}The old secret ends{' '}
        <Moment at={overlap.ends_at} />, on {exact(overlap.ends_at)}.
      </p>
    </div>
  );
}

/** Whether it is safe to end it, from what is known. */
function Advice({ overlap }: { readonly overlap: Overlap }): ReactElement {
  const now = useNow();
  const { last_use: use, started_at: started } = overlap;
  if (use && now - new Date(use.at).getTime() < DAY_MS) {
    return (
      <Message tone="warn">
        <span>
          <strong>Somebody still uses the old secret{use.address === null ? '' : `: ${use.address}`}.</strong> Give them
          the new one before you end it.
        </span>
      </Message>
    );
  }
  const isLong = use !== null || (started !== null && now - new Date(started).getTime() > DAY_MS);
  return isLong ? (
    <Message tone="good">
      <span>Nothing has used the old secret for 24 hours: it is safe to end.</span>
    </Message>
  ) : (
    <Message>
      <span>Nothing has used the old secret yet. Wait until every client has run once, then end it.</span>
    </Message>
  );
}
