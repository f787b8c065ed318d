/** The list of all tokens that the caller may see. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState, useSyncExternalStore, type ReactElement } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { addressOf, type Call } from '../../api/call.ts';
import { moreOf, rowsOf, usePagedList } from '../../api/queries.ts';
import type { IssuedToken, Token } from '../../api/types.ts';
import { news, update } from '../../live/live-stream.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { List } from '../../parts/list.tsx';
import { Empty, Loaded, Message } from '../../parts/message.tsx';
import { Page } from '../../parts/page.tsx';
import { useAccountChoice } from '../account-choice.ts';
import { Bulk } from './bulk.tsx';
import { CreateDialog } from './create-dialog.tsx';
import { DEFAULT_SORT, FILTER_NAMES, countOf, filterQuery, filtersIn, type Filters } from './filters.ts';
import { FilterChips } from './filter-chips.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { tokenColumns } from './token-columns.tsx';
import { useTokenDialogs } from './token-dialogs.tsx';
import { TokenFilters } from './token-filters.tsx';

const PAGE_SIZE = 100;

export function TokensScreen({ isCreating = false }: { readonly isCreating?: boolean }): ReactElement {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersIn(search), [search]);
  const [asOf, setAsOf] = useState(Date.now);
  const query = useMemo(() => filterQuery(filters, asOf), [filters, asOf]);
  const call: Call = { method: 'GET', path: '/tokens', query: { ...query, sort: filters.sort, limit: PAGE_SIZE } };
  const list = usePagedList<Token>(['tokens'], call);
  const rows = rowsOf(list);
  const { visible } = useAccountChoice();
  const dialogs = useTokenDialogs();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { gone } = useSyncExternalStore(news.subscribe, news.get);
  const change = useCallback(
    (part: Partial<Filters>) => {
      setChosen(new Set());
      setSearch((current) => withFilters(current, part), { replace: true });
    },
    [setSearch],
  );
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const columns = tokenColumns({ gone, onAction: dialogs.open, selection: { chosen, toggle } });
  const client = useQueryClient();
  const renew = (): void => {
    setAsOf(Date.now());
    // From the first page on.
    void client.resetQueries({ queryKey: ['tokens'] });
  };
  return (
    <Page
      title="Tokens"
      actions={
        <>
          <a className="button" href={addressOf(exportOf(query))} download>
            Export CSV
          </a>
          <LinkButton to={`/tokens/new?${search.toString()}`} tone="main">
            Create token
          </LinkButton>
        </>
      }
    >
      <TokenFilters filters={filters} onChange={change} accounts={visible} />
      <FilterChips filters={filters} onChange={change} />
      <NewTokens rows={rows} onShow={renew} />
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <NoTokens isFiltered={countOf(filters) > 0 || filters.q !== ''} />
          ) : (
            <List
              caption="Tokens"
              columns={columns}
              rows={rows}
              keyOf={({ id }) => id}
              isGone={({ id }) => gone.has(id)}
              sort={filters.sort}
              onSort={(sort) => {
                change({ sort });
              }}
              more={moreOf(list)}
              note={`${rows.length.toLocaleString('en')} ${list.hasNextPage ? 'loaded, and there are more' : 'in all'}`}
            />
          )
        }
      </Loaded>
      <Bulk rows={rows} chosen={chosen} onChoose={setChosen} filter={query} hasMore={list.hasNextPage} />
      <Command call={call} />
      <Command call={exportOf(query)} what="the export" />
      {dialogs.element}
      {isCreating ? <Creating search={search} onCreated={renew} /> : null}
    </Page>
  );
}

function exportOf(query: NonNullable<Call['query']>): Call {
  return { method: 'GET', path: '/tokens/export.csv', query, file: 'tokens.csv' };
}

function withFilters(current: URLSearchParams, part: Partial<Filters>): URLSearchParams {
  const next = new URLSearchParams(current);
  for (const [name, value] of Object.entries(part)) {
    if (value === '' || (name === 'sort' && value === DEFAULT_SORT)) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** The dialog, which has an address of its own, and the secret after it. */
function Creating(props: { readonly search: URLSearchParams; readonly onCreated: () => void }): ReactElement {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { state } = useLocation() as { state: unknown };
  const [issued, setIssued] = useState<IssuedToken | undefined>();
  const back = (): void => {
    const kept = [...props.search].filter(([name]) => FILTER_NAMES.some((known) => known === name));
    void navigate(`/tokens?${new URLSearchParams(kept).toString()}`, { replace: true, state });
  };
  const created = (answer: IssuedToken): void => {
    setIssued(answer);
    props.onCreated();
    void client.invalidateQueries({ queryKey: ['stats'] });
  };
  return issued ? (
    <SecretDialog issued={issued} isRotation={false} onClose={back} />
  ) : (
    <CreateDialog prefilled={props.search} onClose={back} onCreated={created} />
  );
}

function NewTokens(props: { readonly rows: readonly Token[]; readonly onShow: () => void }): ReactElement | null {
  const { tokens, isStale } = useSyncExternalStore(news.subscribe, news.get);
  const shown = useMemo(() => new Set(props.rows.map(({ id }) => id)), [props.rows]);
  const count = [...tokens].filter((id) => !shown.has(id)).length;
  if (count === 0 && !isStale) return null;
  const show = (): void => {
    update({ tokens: new Set(), gone: new Set(), isStale: false });
    props.onShow();
  };
  return (
    <Message>
      <span role="status">
        {isStale ? 'The list may be outdated.' : `${String(count)} new ${count === 1 ? 'token' : 'tokens'}.`}
      </span>
      <Button onPress={show}>{isStale ? 'Load again' : 'Show'}</Button>
    </Message>
  );
}

function NoTokens({ isFiltered }: { readonly isFiltered: boolean }): ReactElement {
  if (isFiltered) return <Empty>No token fits these filters.</Empty>;
  return (
    <Empty>
      <strong>No tokens yet</strong>
      <p>A service token lets a program in. A personal token lets you use the APIs as yourself.</p>
      <LinkButton to="/tokens/new" tone="main">
        Create the first token
      </LinkButton>
    </Empty>
  );
}
