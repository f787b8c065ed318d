/** The audit log: live, with filters, and with the details of each row. */
import { useCallback, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import { addressOf, type Call, type QueryValue } from '../../api/call.ts';
import { moreOf, rowsOf, usePagedList } from '../../api/queries.ts';
import type { AuditRow } from '../../api/types.ts';
import { news, update } from '../../live/live-stream.ts';
import { Button } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { List, type Column } from '../../parts/list.tsx';
import { Empty, Loaded, Message } from '../../parts/message.tsx';
import { ExactMoment } from '../../parts/moment.tsx';
import { Page } from '../../parts/page.tsx';
import { useQueryClient } from '@tanstack/react-query';
import { actionWords, authorOf, detailsOf } from './actions.ts';
import { AuditFilters } from './audit-filters.tsx';
import { Target } from './audit-list.tsx';
import { auditQuery } from './filters.ts';

const PAGE_SIZE = 100;

export function AuditScreen(): ReactElement {
  const [search, setSearch] = useSearchParams();
  const query = useMemo(() => auditQuery(search), [search]);
  const call: Call = { method: 'GET', path: '/audit', query: { ...query, limit: PAGE_SIZE } };
  const exported: Call = { method: 'GET', path: '/audit/export.csv', query, file: 'audit.csv' };
  const list = usePagedList<AuditRow>(['audit', 'list'], call);
  const rows = rowsOf(list);
  const change = useCallback(
    (part: Readonly<Record<string, string>>) => {
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(part)) {
            if (value === '') next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return (
    <Page
      title="Audit log"
      intro="Every change, and who made it. New rows are announced above the list, and appear when you ask for them."
      actions={
        <a className="button" href={addressOf(exported)} download>
          Export CSV
        </a>
      }
    >
      <AuditFilters search={search} onChange={change} />
      <NewRows key={search.toString()} rows={rows} query={query} />
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <Empty>No row fits these filters.</Empty>
          ) : (
            <List
              caption="Audit log"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ id }) => id}
              more={moreOf(list)}
              note={`${rows.length.toLocaleString('en')} rows ${list.hasNextPage ? 'loaded, and there are more' : 'in all'}`}
            />
          )
        }
      </Loaded>
      <Command call={call} />
      <Command call={exported} what="the export" />
    </Page>
  );
}

const COLUMNS: readonly Column<AuditRow>[] = [
  { id: 'at', title: 'Time', isPlain: true, cell: ({ at }) => <ExactMoment at={at} /> },
  {
    id: 'action',
    title: 'What',
    isHeader: true,
    cell: ({ occurrences, ...row }) => (
      <>
        {actionWords(row)} {occurrences > 1 ? <span className="soft">({occurrences} times)</span> : null}{' '}
        <span className="line soft small mono">{row.action}</span>
      </>
    ),
  },
  { id: 'target', title: 'Target', className: 'free', cell: (row) => <Target row={row} /> },
  { id: 'author', title: 'By', cell: authorOf },
  { id: 'account', title: 'Account', className: 'free', cell: ({ account }) => account?.name ?? account?.id ?? '–' },
  { id: 'address', title: 'From', cell: ({ address }) => address ?? '–' },
  { id: 'details', title: 'Details', isPlain: true, cell: (row) => <Details row={row} /> },
];

function Details({ row }: { readonly row: AuditRow }): ReactElement {
  const details = detailsOf(row);
  return (
    <details className="command">
      <summary>
        Details<span className="unseen"> of {actionWords(row)}</span>
      </summary>
      <dl className="facts small">
        {details.map(([name, value]) => (
          <DetailFact key={name} name={name} value={value} />
        ))}
        <DetailFact name="request" value={row.request_id} />
        <DetailFact name="client" value={row.user_agent} />
        <DetailFact name="target id" value={row.target?.id ?? null} />
      </dl>
    </details>
  );
}

function DetailFact(props: { readonly name: string; readonly value: string | null }): ReactElement | null {
  if (props.value === null) return null;
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </>
  );
}

function NewRows(props: {
  readonly rows: readonly AuditRow[];
  readonly query: Readonly<Record<string, QueryValue>>;
}): ReactElement | null {
  const client = useQueryClient();
  const { audit, isStale } = useSyncExternalStore(news.subscribe, news.get);
  const known = new Set(idsOf(props.rows));
  const isFiltered = Object.keys(props.query).length > 0;
  // What was there before the list was asked for is in it, or left out by the filters.
  const [earlier] = useState(() => new Set(isFiltered ? idsOf(news.get().audit) : []));
  const count = idsOf(audit).filter((id) => !known.has(id) && !earlier.has(id)).length;
  if (count === 0 && !isStale) return null;
  return (
    <Message>
      <span role="status">
        {isStale
          ? 'Changes were missed while the connection was lost.'
          : `${String(count)} new ${count === 1 ? 'row' : 'rows'}${isFiltered ? ', before filters' : ''}.`}
      </span>
      <Button
        onPress={() => {
          update({ audit: [], isStale: false });
          void client.resetQueries({ queryKey: ['audit', 'list'] });
        }}
      >
        {isStale ? 'Load again' : 'Show'}
      </Button>
    </Message>
  );
}

function idsOf(rows: readonly AuditRow[]): readonly string[] {
  return rows.map(({ id }) => id);
}
