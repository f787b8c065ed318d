/** Dialogs that ask for one thing before a call is sent: a name, or the words that confirm it. */
import { useState, type ReactElement, type ReactNode } from 'react';
import type { Call } from '../api/call.ts';
import { AskDialog } from './ask-dialog.tsx';
import { TextField } from './fields.tsx';
import { useKept } from './kept.ts';

interface NameDialogProps<T> {
  readonly title: string;
  readonly confirm: string;
  /** What is in the field at first. */
  readonly name?: string;
  readonly hint?: string;
  readonly callFor: (name: string) => Call;
  readonly onDone: (answer: T) => void;
  readonly onClose: () => void;
}

/** Asks for a name. */
export function NameDialog<T>({ name: first = '', hint, callFor, ...rest }: NameDialogProps<T>): ReactElement {
  const [name, setName] = useKept('name', first);
  return (
    <AskDialog<T> {...rest} call={callFor(name.trim())} isDisabled={name.trim() === '' || name.trim() === first}>
      {(faultOf) => (
        <>
          <TextField label="Name" autoFocus value={name} onChange={setName} fault={faultOf('name')} hint={hint} />
        </>
      )}
    </AskDialog>
  );
}

interface TypedDialogProps<T> {
  readonly title: string;
  readonly confirm: string;
  /** What has to be typed. */
  readonly words: string;
  /** The member of the body that has what was typed. */
  readonly member: string;
  readonly callFor: (typed: string) => Call;
  readonly onDone: (answer: T) => void;
  readonly onClose: () => void;
  /** What will be gone. */
  readonly children: ReactNode;
}

/** For what cannot be undone: its name has to be typed. */
export function TypedDialog<T>(props: TypedDialogProps<T>): ReactElement {
  const { words, member, callFor, children, ...rest } = props;
  const [typed, setTyped] = useState('');
  return (
    <AskDialog<T> {...rest} call={callFor(typed)} isDestructive isDisabled={typed !== words}>
      {(faultOf) => (
        <>
          <p>{children}</p>
          <TextField
            label={`Type ${words} to confirm`}
            value={typed}
            onChange={setTyped}
            autoFocus
            autoComplete="off"
            fault={faultOf(member)}
          />
        </>
      )}
    </AskDialog>
  );
}
