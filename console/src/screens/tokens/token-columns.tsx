/** The columns of a list of tokens. */
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Token, TokenAction } from '../../api/types.ts';
import { KIND_NAMES, StateBadge } from '../../parts/badge.tsx';
import { Check } from '../../parts/fields.tsx';
import type { Column } from '../../parts/list.tsx';
import { ActionMenu } from '../../parts/menu.tsx';
import { Moment, Use } from '../../parts/moment.tsx';
import { ACTION_TEXTS, actionsOf } from './token-actions.ts';

export interface TokenColumnOptions {
  readonly gone: ReadonlySet<string>;
  readonly onAction: (action: TokenAction, token: Token) => void;
  readonly selection?: {
    readonly chosen: ReadonlySet<string>;
    readonly toggle: (id: string) => void;
  };
}

export function tokenColumns({ gone, onAction, selection }: TokenColumnOptions): readonly Column<Token>[] {
  const chosen: Column<Token>[] = selection
    ? [
        {
          id: 'choose',
          title: 'Chosen',
          isPlain: true,
          className: 'tight choose',
          // What they may not change, they do not choose.
          cell: ({ id, name, permissions }) =>
            permissions.length === 0 ? null : (
              <Check
                label={`Choose ${name}`}
                isSelected={selection.chosen.has(id)}
                onChange={() => {
                  selection.toggle(id);
                }}
              />
            ),
        },
      ]
    : [];
  return [
    ...chosen,
    {
      id: 'name',
      title: 'Name',
      sort: 'name',
      isHeader: true,
      className: 'first',
      cell: ({ id, name, handle }) => (
        <>
          <Link to={`/tokens/${encodeURIComponent(id)}`}>{name}</Link>{' '}
          <span className="line mono soft small">{handle}</span>
        </>
      ),
    },
    { id: 'place', title: 'Belongs to', isPlain: true, className: 'free', cell: placeOf },
    {
      id: 'state',
      title: 'State',
      isPlain: true,
      cell: (token) => <StateBadge token={token} isGone={gone.has(token.id)} />,
    },
    {
      id: 'expires',
      title: 'Expires',
      sort: 'expires_at',
      cell: ({ expires_at }) => <Moment at={expires_at} none="Never" />,
    },
    { id: 'used', title: 'Last used', sort: 'last_used_at', cell: ({ last_use }) => <Use use={last_use} /> },
    { id: 'old', title: 'Old secret', cell: oldSecretOf },
    {
      id: 'actions',
      title: 'Actions',
      isPlain: true,
      className: 'tight corner',
      cell: (token) =>
        gone.has(token.id) || actionsOf(token).length === 0 ? null : (
          <ActionMenu
            label={`Actions for ${token.name}`}
            actions={actionsOf(token).map((id) => ({ id, ...ACTION_TEXTS[id] }))}
            onAction={(action) => {
              onAction(action as TokenAction, token);
            }}
          />
        ),
    },
  ];
}

function placeOf({ kind, account, owner }: Token): ReactNode {
  return (
    <>
      <span className="line">{account?.name ?? owner?.name ?? '–'}</span>{' '}
      <span className="line soft small nowrap">{KIND_NAMES[kind]}</span>
    </>
  );
}

function oldSecretOf({ overlap }: Token): ReactNode {
  if (!overlap) return <span className="soft">–</span>;
  return (
    <>
      <span className="line">{overlap.last_use ? <Moment at={overlap.last_use.at} /> : 'Not used'}</span>{' '}
      <span className="line soft small">
        ends <Moment at={overlap.ends_at} />
      </span>
    </>
  );
}
