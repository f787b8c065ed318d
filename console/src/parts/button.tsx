/** Buttons, and links that look like them. */
import type { ReactElement, ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Link } from 'react-router';

export type Tone = 'main' | 'danger' | 'plain';

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress?: (() => void) | undefined;
  readonly tone?: Tone;
  readonly type?: 'button' | 'submit';
  /** For buttons with an icon and no text. */
  readonly label?: string;
  readonly isDisabled?: boolean;
  /** Its work is under way: it stays where it is and keeps the focus, and does nothing. */
  readonly isPending?: boolean;
  readonly className?: string;
  readonly autoFocus?: boolean;
}

export function Button(props: ButtonProps): ReactElement {
  const { children, tone, label, className = '', isPending = false, onPress, ...rest } = props;
  const words = ['button', tone ?? '', label === undefined ? '' : 'icon', isPending ? 'pending' : '', className];
  const classes = words.filter(Boolean).join(' ');
  const press = isPending ? undefined : onPress;
  return (
    <AriaButton
      className={classes}
      type="button"
      onPress={press}
      {...rest}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      {children}
    </AriaButton>
  );
}

export function LinkButton(props: {
  readonly to: string;
  readonly children: ReactNode;
  readonly tone?: Tone;
}): ReactElement {
  return (
    <Link className={`button ${props.tone ?? ''}`} to={props.to}>
      {props.children}
    </Link>
  );
}
