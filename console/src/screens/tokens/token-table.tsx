/** A list of tokens on another screen than that of all tokens. */
import { useSyncExternalStore, type ReactElement } from 'react';
import type { Token } from '../../api/types.ts';
import { news } from '../../live/live-stream.ts';
import { List } from '../../parts/list.tsx';
import { tokenColumns } from './token-columns.tsx';
import { useTokenDialogs } from './token-dialogs.tsx';

export function TokenTable(props: {
  readonly caption: string;
  readonly rows: readonly Token[];
  readonly more?: { readonly load: () => void; readonly isLoading: boolean } | undefined;
}): ReactElement {
  const { gone } = useSyncExternalStore(news.subscribe, news.get);
  const dialogs = useTokenDialogs(props.caption);
  return (
    <>
      <List
        caption={props.caption}
        columns={tokenColumns({ gone, onAction: dialogs.open })}
        rows={props.rows}
        keyOf={({ id }) => id}
        isGone={({ id }) => gone.has(id)}
        more={props.more}
      />
      {dialogs.element}
    </>
  );
}
