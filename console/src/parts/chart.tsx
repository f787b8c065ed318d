/** A small chart of counts by day; the same numbers are in a table for those who do not see it. */
import type { ReactElement } from 'react';
import type { Day } from '../api/types.ts';
import { exactDate } from './moment.tsx';

const HEIGHT = 100;
const STEP = 10;

export function DayChart({ title, days }: { readonly title: string; readonly days: readonly Day[] }): ReactElement {
  const most = Math.max(1, ...days.map(({ count }) => count));
  const total = days.reduce((sum, { count }) => sum + count, 0);
  const [first, last] = [days[0], days.at(-1)];
  return (
    <figure className="chart">
      <figcaption className="row">
        <h2>{title}</h2>
        <span className="soft small">{total.toLocaleString('en')} in all</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${String(days.length * STEP)} ${String(HEIGHT)}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {days.map(({ date, count }, at) => {
          const height = count === 0 ? 2 : Math.max(5, (count / most) * HEIGHT);
          return (
            <rect
              key={date}
              className={count === 0 ? 'none' : ''}
              x={at * STEP + 1}
              y={HEIGHT - height}
              width={STEP - 2}
              height={height}
            >
              <title>{`${exactDate(date)}: ${String(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <div className="axis" aria-hidden="true">
        <span>{first ? exactDate(first.date) : ''}</span>
        <span>{last ? exactDate(last.date) : ''}</span>
      </div>
      <table className="unseen">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Number</th>
          </tr>
        </thead>
        <tbody>
          {days
            .filter(({ count }) => count > 0)
            .map(({ date, count }) => (
              <tr key={date}>
                <th scope="row">{exactDate(date)}</th>
                <td>{count}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </figure>
  );
}
