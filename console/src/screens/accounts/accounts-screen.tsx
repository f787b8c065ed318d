/** The accounts that the caller may see. */
import { useCallback, type ReactElement } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Call } from '../../api/call.ts';
import { moreOf, rowsOf, usePagedList } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { isServerAdministrator, useMe } from '../../app/me.ts';
import { Button } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { List, type Column } from '../../parts/list.tsx';
import { Empty, Loaded } from '../../parts/message.tsx';
import { ExactMoment } from '../../parts/moment.tsx';
import { Page } from '../../parts/page.tsx';
import { useKept } from '../../parts/kept.ts';
import { SearchField } from '../tokens/token-filters.tsx';
import { CreateAccountDialog } from './account-dialogs.tsx';

export const ROLE_NAMES = { administrator: 'Administrator', read_only: 'Read only' } as const;

const COLUMNS: readonly Column<Account>[] = [
  {
    id: 'name',
    title: 'Name',
    isHeader: true,
    cell: ({ id, name }) => (
      <>
        <Link to={`/accounts/${encodeURIComponent(id)}`}>{name}</Link>{' '}
        <span className="line mono soft small">{id}</span>
      </>
    ),
  },
  { id: 'members', title: 'Members', cell: ({ members }) => members.toLocaleString('en') },
  { id: 'tokens', title: 'Tokens', cell: ({ tokens }) => tokens.toLocaleString('en') },
  { id: 'role', title: 'Your role', cell: ({ role }) => (role === null ? '–' : ROLE_NAMES[role]) },
  { id: 'created', title: 'Created', cell: ({ created_at }) => <ExactMoment at={created_at} /> },
];

export function AccountsScreen(): ReactElement {
  const me = useMe();
  const [search, setSearch] = useSearchParams();
  const [isCreating, setCreating] = useKept('creating', false);
  const q = search.get('q') ?? '';
  const call: Call = { method: 'GET', path: '/accounts', query: { q, limit: 100 } };
  const list = usePagedList<Account>(['accounts', 'list'], call);
  const rows = rowsOf(list);
  const onSearch = useCallback(
    (text: string) => {
      setSearch(text === '' ? {} : { q: text }, { replace: true });
    },
    [setSearch],
  );
  return (
    <Page
      title="Accounts"
      intro="Service tokens and applications belong to an account. Its members see them, and its administrators change them."
      actions={
        isServerAdministrator(me) ? (
          <Button
            tone="main"
            onPress={() => {
              setCreating(true);
            }}
          >
            Create account
          </Button>
        ) : undefined
      }
    >
      <div className="filters" role="search">
        <SearchField label="Search by name" value={q} onSearch={onSearch} />
      </div>
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <Empty>{q === '' ? 'You are a member of no account.' : 'No account fits.'}</Empty>
          ) : (
            <List caption="Accounts" columns={COLUMNS} rows={rows} keyOf={({ id }) => id} more={moreOf(list)} />
          )
        }
      </Loaded>
      <Command call={call} />
      {isCreating ? (
        <CreateAccountDialog
          onClose={() => {
            setCreating(false);
          }}
        />
      ) : null}
    </Page>
  );
}
