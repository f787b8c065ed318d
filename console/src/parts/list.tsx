/** A list as a table whose rows exist only near what is seen, so that long lists stay quick. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode, type RefObject } from 'react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ROW_EVENT } from '../app/shortcuts.ts';
import { Button } from './button.tsx';

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  /** The name by which the server sorts, if it does. */
  readonly sort?: string;
  /** The cell that names the row. */
  readonly isHeader?: boolean;
  /** Its title is not repeated on a phone, where the cell speaks for itself. */
  readonly isPlain?: boolean;
  readonly className?: string;
}

interface ListProps<T> {
  /** Names the table. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly isGone?: (row: T) => boolean;
  readonly sort?: string;
  readonly onSort?: (sort: string) => void;
  /** What follows on the server. */
  readonly more?: { readonly load: () => void; readonly isLoading: boolean } | undefined;
  /** At the foot, such as how many there are. */
  readonly note?: ReactNode;
}

/** Further rows are asked for when so many are left. */
const AHEAD = 15;

/** Shorter lists are written out. */
const ROWS_WRITTEN_OUT = 60;

export function List<T>(props: ListProps<T>): ReactElement {
  const { caption, columns, rows, keyOf, more, note } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const isNarrow = window.matchMedia('(max-width: 56rem)').matches;
  const scrollMargin = useOffset(body, rows.length);
  // oxlint-disable-next-line react/incompatible-library -- nothing else memoizes what it returns
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isNarrow ? 150 : 58),
    overscan: 12,
    scrollMargin,
    getItemKey: (at) => keyOf(rows[at] as T),
    enabled: rows.length > ROWS_WRITTEN_OUT,
  });
  useRowKeys(body, (at) => {
    if (rows.length > ROWS_WRITTEN_OUT) virtualizer.scrollToIndex(at, { align: 'auto' });
  });
  const items = virtualizer.getVirtualItems();
  const isLong = rows.length > ROWS_WRITTEN_OUT;
  const shown = isLong ? items.map(({ index }) => index) : rows.map((_row, index) => index);
  const before = isLong ? (items[0]?.start ?? 0) - scrollMargin : 0;
  const after = isLong ? virtualizer.getTotalSize() - ((items.at(-1)?.end ?? 0) - scrollMargin) : 0;
  const lastShown = shown.at(-1) ?? 0;
  const isNearEnd = more !== undefined && !more.isLoading && rows.length > 0 && lastShown > rows.length - AHEAD;
  useEffect(() => {
    if (isNearEnd && isLong) more.load();
  }, [isNearEnd, isLong, more]);
  return (
    <div className="list">
      <table role="table" aria-rowcount={more ? -1 : rows.length + 1}>
        <caption>{caption}</caption>
        <ListHead {...props} />
        <tbody ref={body} role="rowgroup">
          <Space height={before} columns={columns.length} />
          {shown.map((at) => {
            const row = rows[at] as T;
            return (
              <tr
                key={keyOf(row)}
                role="row"
                data-index={at}
                data-gone={props.isGone?.(row) === true}
                aria-rowindex={at + 2}
                ref={isLong ? virtualizer.measureElement : null}
              >
                {columns.map((column) => (
                  <Cell key={column.id} column={column} row={row} />
                ))}
              </tr>
            );
          })}
          <Space height={after} columns={columns.length} />
        </tbody>
      </table>
      {note === undefined && !more ? null : (
        <div className="foot">
          <span>{note}</span>
          {more ? (
            <Button onPress={more.load} isPending={more.isLoading}>
              {more.isLoading ? 'Loading…' : 'Load more'}
            </Button>
          ) : null}
        </div>
      )}
    </div>
  );
}

/** Where the rows begin in the page. */
function useOffset(body: RefObject<HTMLElement | null>, count: number): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const { current } = body;
    if (!current) return undefined;
    const frame = requestAnimationFrame(() => {
      setOffset(Math.round(current.getBoundingClientRect().top + window.scrollY));
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [body, count]);
  return offset;
}

function ListHead<T>({ columns, sort, onSort }: ListProps<T>): ReactElement {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns.map(({ id, title, sort: name, className }) => {
          const direction = name === undefined || !sort ? undefined : sortedBy(sort, name);
          return (
            <th key={id} role="columnheader" scope="col" className={className} aria-sort={direction}>
              {name !== undefined && onSort ? (
                <button
                  type="button"
                  onClick={() => {
                    onSort(direction === 'ascending' ? `-${name}` : name);
                  }}
                >
                  {title} {direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}
                </button>
              ) : (
                title
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function sortedBy(sort: string, name: string): 'ascending' | 'descending' | 'none' {
  if (sort === name) return 'ascending';
  return sort === `-${name}` ? 'descending' : 'none';
}

function Cell<T>({ column, row }: { readonly column: Column<T>; readonly row: T }): ReactElement {
  const label = column.isHeader === true || column.isPlain === true ? undefined : column.title;
  return column.isHeader === true ? (
    <th role="rowheader" scope="row" className={column.className}>
      {column.cell(row)}
    </th>
  ) : (
    <td role="cell" className={column.className} data-label={label}>
      {column.cell(row)}
    </td>
  );
}

/** Stands for the rows that are not there. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }): ReactElement | null {
  if (height <= 0) return null;
  return (
    <tr className="space" role="presentation" style={{ height }}>
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

/** The keys j and k go from row to row. */
function useRowKeys(body: RefObject<HTMLElement | null>, show: (at: number) => void): void {
  const shower = useRef(show);
  useEffect(() => {
    shower.current = show;
  });
  useEffect(() => {
    const move = (event: Event): void => {
      const { current } = body;
      if (!current || !(event instanceof CustomEvent)) return;
      const row = document.activeElement?.closest<HTMLElement>('tr[data-index]');
      const at = row && current.contains(row) ? Number(row.dataset.index) + Number(event.detail) : 0;
      if (at < 0) return;
      shower.current(at);
      requestAnimationFrame(() => {
        const next = current.querySelector<HTMLElement>(`tr[data-index="${String(at)}"]`);
        next?.querySelector<HTMLElement>('th a, a, button')?.focus();
        next?.scrollIntoView({ block: 'nearest' });
      });
    };
    window.addEventListener(ROW_EVENT, move);
    return () => {
      window.removeEventListener(ROW_EVENT, move);
    };
  }, [body]);
}
