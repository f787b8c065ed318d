/** All users, for administrators of the server. */
import { useCallback, type ReactElement } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Call } from '../../api/call.ts';
import { moreOf, rowsOf, usePagedList } from '../../api/queries.ts';
import type { User } from '../../api/types.ts';
import { useMe } from '../../app/me.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Command } from '../../parts/command.tsx';
import { SelectField } from '../../parts/fields.tsx';
import { List, type Column } from '../../parts/list.tsx';
import { Empty, Loaded } from '../../parts/message.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Page } from '../../parts/page.tsx';
import { useKept } from '../../parts/kept.ts';
import { SearchField } from '../tokens/token-filters.tsx';
import { CreatePersonDialog } from './create-person-dialog.tsx';

const PAGE_SIZE = 100;

export function PeopleScreen(): ReactElement {
  const [search, setSearch] = useSearchParams();
  const [isCreating, setCreating] = useKept('creating', false);
  const hasOwnUsers = useMe().features.own_users;
  const value = (name: string): string => search.get(name) ?? '';
  const sort = value('sort') === '' ? 'name' : value('sort');
  const query = { q: value('q'), role: value('role'), state: value('state'), sort, limit: PAGE_SIZE };
  const call: Call = { method: 'GET', path: '/users', query };
  const list = usePagedList<User>(['users', 'list'], call);
  const rows = rowsOf(list);
  const change = useCallback(
    (name: string, text: string) => {
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          if (text === '') next.delete(name);
          else next.set(name, text);
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  const onSearch = useCallback(
    (text: string) => {
      change('q', text);
    },
    [change],
  );
  return (
    <Page
      title="People"
      {...(hasOwnUsers
        ? {
            actions: (
              <Button
                tone="main"
                onPress={() => {
                  setCreating(true);
                }}
              >
                Add person
              </Button>
            ),
          }
        : { intro: 'People who have been here. They are added, changed and removed by the application.' })}
    >
      <div className="filters" role="search">
        <SearchField label="Search by name or e-mail address" value={value('q')} onSearch={onSearch} />
        <PeopleFilters value={value} onChange={change} />
      </div>
      <Loaded query={list}>
        {() =>
          rows.length === 0 ? (
            <Empty>Nobody fits these filters.</Empty>
          ) : (
            <List
              caption="People"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ id }) => id}
              sort={sort}
              onSort={(chosen) => {
                change('sort', chosen);
              }}
              more={moreOf(list)}
              note={`${rows.length.toLocaleString('en')} ${list.hasNextPage ? 'loaded, and there are more' : 'in all'}`}
            />
          )
        }
      </Loaded>
      <Command call={call} />
      {isCreating ? (
        <CreatePersonDialog
          onClose={() => {
            setCreating(false);
          }}
        />
      ) : null}
    </Page>
  );
}

function PeopleFilters(props: {
  readonly value: (name: string) => string;
  readonly onChange: (name: string, text: string) => void;
}): ReactElement {
  const { value, onChange } = props;
  return (
    <>
      <SelectField
        label="Role"
        value={value('role')}
        options={ROLES}
        onChange={(text) => {
          onChange('role', text);
        }}
      />
      <SelectField
        label="State"
        value={value('state')}
        options={STATES}
        onChange={(text) => {
          onChange('state', text);
        }}
      />
    </>
  );
}

const ROLES = [
  { value: '', text: 'All roles' },
  { value: 'administrator', text: 'Administrators' },
  { value: 'user', text: 'Users' },
];
const STATES = [
  { value: '', text: 'All states' },
  { value: 'active', text: 'Active' },
  { value: 'blocked', text: 'Blocked' },
  { value: 'unapproved', text: 'Not approved' },
];

const COLUMNS: readonly Column<User>[] = [
  {
    id: 'name',
    title: 'Name',
    sort: 'name',
    isHeader: true,
    cell: ({ id, name, email }) => (
      <>
        <Link to={`/people/${encodeURIComponent(id)}`}>{name}</Link> <span className="line soft small">{email}</span>
      </>
    ),
  },
  { id: 'role', title: 'Role', cell: ({ role }) => (role === 'administrator' ? 'Administrator' : 'User') },
  { id: 'state', title: 'State', isPlain: true, cell: ({ state }) => <UserBadge state={state} /> },
  { id: 'tokens', title: 'Own tokens', cell: ({ tokens }) => tokens.toLocaleString('en') },
  {
    id: 'created',
    title: 'Service tokens made',
    cell: ({ created_service_tokens: count }) => count.toLocaleString('en'),
  },
  {
    id: 'login',
    title: 'Last login',
    sort: 'last_login_at',
    cell: ({ last_login_at }) => <Moment at={last_login_at} none="Never" />,
  },
];

const STATE_BADGES = {
  active: { tone: 'good', icon: 'check', text: 'Active' },
  blocked: { tone: 'bad', icon: 'pause', text: 'Blocked' },
  unapproved: { tone: 'warn', icon: 'pause', text: 'Not approved' },
} as const;

export function UserBadge({ state }: Pick<User, 'state'>): ReactElement {
  const { tone, icon, text } = STATE_BADGES[state];
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}
