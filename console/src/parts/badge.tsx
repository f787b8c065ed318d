/** States, each by a word, an icon and a colour. */
import type { ReactElement } from 'react';
import type { Token, TokenKind } from '../api/types.ts';
import { Icon, type IconName } from './icons.tsx';
import { useNow } from './moment.tsx';

export type BadgeTone = 'good' | 'warn' | 'bad' | 'none';

export function Badge(props: {
  readonly tone: BadgeTone;
  readonly icon?: IconName;
  readonly children: string;
}): ReactElement {
  return (
    <span className="badge" data-tone={props.tone}>
      {props.icon ? <Icon name={props.icon} size={13} /> : null}
      {props.children}
    </span>
  );
}

const DAY_MS = 86_400_000;
/** An expiry so near is shown as a warning. */
const SOON_MS = 14 * DAY_MS;

export function StateBadge(props: { readonly token: Token; readonly isGone?: boolean }): ReactElement {
  const { token } = props;
  const now = useNow();
  if (props.isGone === true) {
    return (
      <Badge tone="bad" icon="close">
        Revoked
      </Badge>
    );
  }
  if (token.state === 'disabled') {
    return (
      <Badge tone="none" icon="pause">
        Disabled
      </Badge>
    );
  }
  if (token.state === 'expired') {
    return (
      <Badge tone="bad" icon="clock">
        Expired
      </Badge>
    );
  }
  const isSoon = token.expires_at !== null && new Date(token.expires_at).getTime() - now < SOON_MS;
  return isSoon ? (
    <Badge tone="warn" icon="clock">
      Expires soon
    </Badge>
  ) : (
    <Badge tone="good" icon="check">
      Active
    </Badge>
  );
}

export const KIND_NAMES: Readonly<Record<TokenKind, string>> = {
  service_token: 'Service token',
  personal_token: 'Personal token',
  access_token: 'Access token',
};
