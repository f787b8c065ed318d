/** Asks before a call is sent, sends it, and gives its answer to whoever asked. */
import type { ReactElement, ReactNode } from 'react';
import { useAction } from '../api/action.ts';
import type { Call } from '../api/call.ts';
import { ActionDialog } from './dialog.tsx';

interface AskDialogProps<T> {
  readonly title: string;
  /** What is sent when it is confirmed. */
  readonly call: Call;
  readonly confirm: string;
  readonly isDestructive?: boolean;
  readonly isDisabled?: boolean;
  readonly onClose: () => void;
  /** After a success. It closes the dialog. */
  readonly onDone: (answer: T) => void;
  /** May say what is wrong with a field, by the name of the member that it fills in. */
  readonly children: ReactNode | ((faultOf: (name: string) => string | undefined) => ReactNode);
}

export function AskDialog<T = unknown>({ onDone, children, ...asked }: AskDialogProps<T>): ReactElement {
  const action = useAction();
  const { isPending, problem } = action;
  const confirm = async (): Promise<void> => {
    const result = await action.run<T>(asked.call);
    if (result) onDone(result.answer);
  };
  return (
    <ActionDialog {...asked} isPending={isPending} problem={problem} onConfirm={() => void confirm()}>
      {typeof children === 'function' ? children((name) => problem?.fieldProblem(name)) : children}
    </ActionDialog>
  );
}
