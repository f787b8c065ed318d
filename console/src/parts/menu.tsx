/** A menu of actions behind a button with three dots. */
import type { ReactElement } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

export interface MenuAction {
  readonly id: string;
  readonly text: string;
  readonly isBad?: boolean;
}

export function ActionMenu(props: {
  readonly label: string;
  readonly actions: readonly MenuAction[];
  readonly onAction: (id: string) => void;
}): ReactElement {
  return (
    <MenuTrigger>
      <Button tone="plain" label={props.label}>
        <Icon name="more" />
      </Button>
      <Popover placement="bottom end">
        <AriaMenu
          className="menu"
          aria-label={props.label}
          onAction={(key) => {
            props.onAction(String(key));
          }}
        >
          {props.actions.map(({ id, text, isBad }) => (
            <MenuItem key={id} id={id} textValue={text} className={isBad === true ? 'bad' : ''}>
              {text}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
