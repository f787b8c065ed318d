/** The applications and policies of an account, as its own API has set them up. */
import type { ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import type { Call } from '../api/call.ts';
import { accountPath, useResource } from '../api/queries.ts';
import type { Application, Page as ListPage, Policy } from '../api/types.ts';
import { Badge, type BadgeTone } from '../parts/badge.tsx';
import { Command } from '../parts/command.tsx';
import { SelectField } from '../parts/fields.tsx';
import { List, type Column } from '../parts/list.tsx';
import { Empty, Loaded } from '../parts/message.tsx';
import { Page } from '../parts/page.tsx';
import { useAccountChoice } from './account-choice.ts';

export function ApplicationsScreen(): ReactElement {
  const [search, setSearch] = useSearchParams();
  const { visible } = useAccountChoice();
  const id = search.get('account_id') ?? visible[0]?.id;
  return (
    <Page
      title="Applications"
      intro="What is protected, and whom its policies let in. They are set up by the API of Cloudflare Access."
    >
      {id === undefined ? (
        <Empty>You are a member of no account.</Empty>
      ) : (
        <>
          <div className="filters">
            <SelectField
              label="Account"
              value={id}
              options={visible.map((account) => ({ value: account.id, text: account.name }))}
              onChange={(chosen) => {
                setSearch({ account_id: chosen }, { replace: true });
              }}
            />
          </div>
          <Applications id={id} />
        </>
      )}
    </Page>
  );
}

function Applications({ id }: { readonly id: string }): ReactElement {
  const call: Call = { method: 'GET', path: accountPath(id, 'applications') };
  const applications = useResource<ListPage<Application>>(['applications', id], call);
  const policies = useResource<ListPage<Policy>>(['policies', id], {
    method: 'GET',
    path: accountPath(id, 'policies'),
  });
  return (
    <>
      <Loaded query={applications}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>This account has no applications.</Empty>
          ) : (
            <List caption="Applications" columns={APPLICATION_COLUMNS} rows={items} keyOf={(row) => row.id} />
          )
        }
      </Loaded>
      <section className="stack">
        <h2>Reusable policies</h2>
        <Loaded query={policies}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>This account has no policies of its own.</Empty>
            ) : (
              <List caption="Policies" columns={POLICY_COLUMNS} rows={items} keyOf={(row) => row.id} />
            )
          }
        </Loaded>
      </section>
      <Command call={call} />
    </>
  );
}

const TONES: Readonly<Record<string, BadgeTone>> = { allow: 'good', deny: 'bad', bypass: 'warn' };

function Decision({ decision }: { readonly decision: string }): ReactElement {
  return <Badge tone={TONES[decision] ?? 'none'}>{decision.replaceAll('_', ' ')}</Badge>;
}

const APPLICATION_COLUMNS: readonly Column<Application>[] = [
  { id: 'name', title: 'Name', isHeader: true, cell: ({ name }) => name },
  { id: 'domains', title: 'Addresses', className: 'free', cell: ({ domains }) => domains.join(', ') },
  {
    id: 'policies',
    title: 'Policies',
    className: 'free',
    cell: ({ policies }) =>
      policies.length === 0 ? (
        <span className="soft">None: nobody is let in</span>
      ) : (
        <ol className="policies">
          {policies.map(({ id, name, decision }) => (
            <li key={id}>
              {name} <Decision decision={decision} />
            </li>
          ))}
        </ol>
      ),
  },
  { id: 'aud', title: 'Audience', className: 'hide-narrow', cell: ({ aud }) => <code>{aud}</code> },
];

const POLICY_COLUMNS: readonly Column<Policy>[] = [
  { id: 'name', title: 'Name', isHeader: true, cell: ({ name }) => name },
  { id: 'decision', title: 'Decision', isPlain: true, cell: ({ decision }) => <Decision decision={decision} /> },
  {
    id: 'uses',
    title: 'Used by',
    cell: ({ applications: count }) => `${String(count)} ${count === 1 ? 'application' : 'applications'}`,
  },
  { id: 'id', title: 'Id', cell: ({ id }) => <code>{id}</code> },
];
