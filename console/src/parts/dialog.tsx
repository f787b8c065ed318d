/** Dialogs: the focus stays within, and returns to where it was. */
import type { ReactElement, ReactNode, SyntheticEvent } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Call } from '../api/call.ts';
import type { Problem } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Command } from './command.tsx';
import { ProblemMessage } from './message.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Escape does not close it. */
  readonly isLocked?: boolean;
  readonly isWide?: boolean;
  readonly isAlert?: boolean;
}

export function Dialog({ title, onClose, children, isLocked, isWide, isAlert }: DialogProps): ReactElement {
  return (
    <ModalOverlay
      className="veil"
      isOpen
      isKeyboardDismissDisabled={isLocked === true}
      onOpenChange={(open) => {
        if (!open && isLocked !== true) onClose();
      }}
    >
      <Modal className={isWide === true ? 'modal wide' : 'modal'}>
        <AriaDialog className="dialog" role={isAlert === true ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ActionDialogProps extends Omit<DialogProps, 'isAlert'> {
  /** What is sent when it is confirmed. */
  readonly call: Call;
  readonly confirm: string;
  readonly onConfirm: () => void;
  readonly isPending: boolean;
  readonly isDestructive?: boolean;
  readonly isDisabled?: boolean;
  readonly problem: Problem | undefined;
  /** Left of the buttons. */
  readonly aside?: ReactNode;
}

/** Asks before something is done, and shows the same as a command. */
export function ActionDialog({ call, confirm, onConfirm, problem, aside, ...props }: ActionDialogProps): ReactElement {
  const { children, isPending, isDestructive, isDisabled, ...rest } = props;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!isPending && isDisabled !== true) onConfirm();
  };
  return (
    <Dialog {...rest} isAlert={isDestructive === true}>
      <form onSubmit={submit} className="stack">
        {problem ? <ProblemMessage problem={problem} /> : null}
        {children}
        <Command call={call} />
        <footer>
          {aside}
          <Button onPress={props.onClose}>Cancel</Button>
          <Button
            type="submit"
            tone={isDestructive === true ? 'danger' : 'main'}
            isPending={isPending}
            isDisabled={isDisabled === true}
          >
            {isPending ? 'Working…' : confirm}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
