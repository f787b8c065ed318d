/** A short list of audit rows, for the overview and for the history of one thing. */
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import type { AuditRow, Me } from '../../api/types.ts';
import { isServerAdministrator, useMe } from '../../app/me.ts';
import { Moment } from '../../parts/moment.tsx';
import { actionWords, authorOf } from './actions.ts';

export function AuditList({ rows }: { readonly rows: readonly AuditRow[] }): ReactElement {
  if (rows.length === 0) return <p className="soft">Nothing yet.</p>;
  return (
    <ul className="events">
      {rows.map((row) => (
        <li key={row.id}>
          <span>
            <strong>{actionWords(row)}</strong>
            {row.occurrences > 1 ? ` (${String(row.occurrences)} times)` : ''} <Target row={row} />
          </span>
          <span className="soft small">
            {authorOf(row)}
            {row.address === null ? '' : ` from ${row.address}`}, <Moment at={row.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Target({ row }: { readonly row: AuditRow }): ReactElement | null {
  const me = useMe();
  const { target } = row;
  if (!target) return null;
  // Logins are kept as tokens without a name, and have no page.
  if (target.type === 'token' && target.name === '') return <>a login</>;
  if (target.type === 'membership') return <Member id={row.details.user_id} me={me} />;
  const name = target.name ?? target.id ?? target.type;
  const place = target.id === null ? undefined : placeOf(target.type, target.id, me);
  return place === undefined ? <>{name}</> : <Link to={place}>{name}</Link>;
}

/** Memberships have no name; the details say whose they are. */
function Member({ id, me }: { readonly id: unknown; readonly me: Me }): ReactElement | null {
  if (typeof id !== 'number' && typeof id !== 'string') return null;
  const place = placeOf('user', String(id), me);
  return place === undefined ? <>User {id}</> : <Link to={place}>User {id}</Link>;
}

function placeOf(type: string, id: string, me: Me): string | undefined {
  if (type.includes('token')) return `/tokens/${encodeURIComponent(id)}`;
  if (type === 'user' && id === me.user.id && !isServerAdministrator(me)) return '/mine';
  if (type === 'user') return isServerAdministrator(me) ? `/people/${encodeURIComponent(id)}` : undefined;
  return type === 'account' ? `/accounts/${encodeURIComponent(id)}` : undefined;
}
