/** The first screen: how things are, what needs attention, and what has just happened. */
import { useState, useSyncExternalStore, type ReactElement } from 'react';
import { Link } from 'react-router';
import type { Call } from '../api/call.ts';
import { useResource } from '../api/queries.ts';
import type { AuditRow, Page as ListPage, ServerInfo, Stats } from '../api/types.ts';
import { isServerAdministrator, useMe } from '../app/me.ts';
import { news } from '../live/live-stream.ts';
import { LinkButton } from '../parts/button.tsx';
import { DayChart } from '../parts/chart.tsx';
import { Command } from '../parts/command.tsx';
import { Empty, Loaded } from '../parts/message.tsx';
import { Moment } from '../parts/moment.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { AuditList } from './audit/audit-list.tsx';

const STATS: Call = { method: 'GET', path: '/stats' };

export function Overview(): ReactElement {
  const me = useMe();
  const stats = useResource<Stats>(['stats'], STATS);
  return (
    <Page
      title="Overview"
      actions={
        <LinkButton to="/tokens/new" tone="main">
          Create token
        </LinkButton>
      }
    >
      <Loaded query={stats}>{(found) => <Figures stats={found} />}</Loaded>
      <div className="columns">
        <LatestEvents />
        {stats.data ? <Refusals stats={stats.data} /> : null}
        {isServerAdministrator(me) ? <ServerPanel /> : null}
      </div>
      <Command call={STATS} />
    </Page>
  );
}

function Figures({ stats }: { readonly stats: Stats }): ReactElement {
  const { tokens } = stats;
  if (tokens.active + tokens.expired + tokens.disabled === 0) return <NoTokens />;
  const figures = [
    { text: 'Active', count: tokens.active, to: '/tokens?state=active', tone: '' },
    {
      text: 'Expire within 30 days',
      count: tokens.expiring_30_days,
      to: '/tokens?expires=30&sort=expires_at',
      tone: 'warn',
    },
    { text: 'Two secrets valid', count: tokens.overlaps_running, to: '/tokens?overlap=running', tone: '' },
    { text: 'Old secret still in use', count: tokens.old_secret_in_use, to: '/tokens?overlap=used', tone: 'warn' },
    { text: 'Not used for 90 days', count: tokens.unused_90_days, to: '/tokens?unused=90', tone: '' },
    { text: 'Expired', count: tokens.expired, to: '/tokens?state=expired', tone: '' },
    { text: 'Disabled', count: tokens.disabled, to: '/tokens?state=disabled', tone: '' },
  ];
  return (
    <>
      <ul className="figures">
        {figures.map(({ text, count, to, tone }) => (
          <li key={text}>
            <Link to={to} data-tone={count > 0 ? tone : ''}>
              <strong>{count.toLocaleString('en')}</strong>
              <span>{text}</span>
            </Link>
          </li>
        ))}
      </ul>
      <div className="columns">
        <section className="panel">
          <DayChart title="Tokens by the day they were last used" days={stats.uses} />
        </section>
        <section className="panel">
          <DayChart title="Expiries ahead" days={stats.expiries} />
        </section>
      </div>
    </>
  );
}

function NoTokens(): ReactElement {
  return (
    <section className="panel">
      <Empty>
        <h2>No tokens yet</h2>
        <p>Create a service token for a program, or a personal token for yourself. You see its secret once.</p>
        <LinkButton to="/tokens/new" tone="main">
          Create the first token
        </LinkButton>
      </Empty>
    </section>
  );
}

const EVENTS_SHOWN = 10;

function LatestEvents(): ReactElement {
  const query = { limit: EVENTS_SHOWN };
  const first = useResource<ListPage<AuditRow>>(['audit', 'latest'], { method: 'GET', path: '/audit', query });
  const { audit } = useSyncExternalStore(news.subscribe, news.get);
  const [held, setHeld] = useState<readonly AuditRow[] | undefined>();
  const known = first.data?.items ?? [];
  const fresh = audit.filter(({ id }) => !known.some((row) => row.id === id));
  const rows = [...fresh, ...known].slice(0, EVENTS_SHOWN);
  const release = (): void => {
    setHeld(undefined);
  };
  return (
    <Panel title="Latest changes" actions={<Link to="/audit">Audit log</Link>}>
      {/* What somebody points at stays where it is. */}
      <div
        onPointerEnter={() => {
          setHeld(rows);
        }}
        onPointerLeave={release}
        onFocus={() => {
          setHeld(held ?? rows);
        }}
        onBlur={release}
      >
        <Loaded query={first}>{() => <AuditList rows={held ?? rows} />}</Loaded>
      </div>
    </Panel>
  );
}

function Refusals({ stats }: { readonly stats: Stats }): ReactElement | null {
  const { verifications } = stats;
  if (!verifications) return null;
  const refused = Object.entries(verifications.refused).filter(([, count]) => count > 0);
  return (
    <Panel title="Verifications">
      <p>
        <strong>{verifications.admitted.toLocaleString('en')}</strong> admitted since{' '}
        <Moment at={verifications.since} />
        {refused.length === 0 ? ', none refused.' : '. Refused:'}
      </p>
      {refused.length === 0 ? null : (
        <dl className="facts">
          {refused.map(([reason, count]) => (
            <Fact key={reason} name={reason.replaceAll('_', ' ')} value={count.toLocaleString('en')} />
          ))}
        </dl>
      )}
    </Panel>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function ServerPanel(): ReactElement {
  const server = useResource<ServerInfo>(['server'], { method: 'GET', path: '/server' });
  return (
    <Panel title="Server" actions={<Link to="/server">Details</Link>}>
      <Loaded query={server}>
        {({ version, started_at, database, instances, last_backup_at }) => (
          <dl className="facts">
            <dt>Version</dt>
            <dd>
              {version}, started <Moment at={started_at} />
            </dd>
            <Fact name="Database" value={database.engine} />
            <Fact name="Instances" value={String(instances.length)} />
            <dt>Last backup</dt>
            <dd>
              <Moment at={last_backup_at} none="None that is known" />
            </dd>
          </dl>
        )}
      </Loaded>
    </Panel>
  );
}
