/** What can be done with a token, in the order in which it is offered. */
import type { Token, TokenAction } from '../../api/types.ts';

export const ACTION_TEXTS: Readonly<Record<TokenAction, { readonly text: string; readonly isBad?: boolean }>> = {
  rotate: { text: 'Rotate…' },
  end_overlap: { text: 'End old secret…' },
  renew: { text: 'Renew…' },
  rename: { text: 'Rename…' },
  change_scopes: { text: 'Scopes…' },
  disable: { text: 'Disable…' },
  enable: { text: 'Enable…' },
  revoke: { text: 'Revoke…', isBad: true },
};

const ORDER = Object.keys(ACTION_TEXTS) as readonly TokenAction[];

/** Only what the server says that the caller may do, and what changes something. */
export function actionsOf({ permissions, state, overlap }: Token): readonly TokenAction[] {
  return ORDER.filter((action) => {
    if (!permissions.includes(action)) return false;
    if (action === 'enable') return state === 'disabled';
    if (action === 'disable') return state !== 'disabled';
    return action !== 'end_overlap' || overlap !== null;
  });
}
