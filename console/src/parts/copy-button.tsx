/** Copies a text, and says that it did. */
import { useState, type ReactElement, type ReactNode } from 'react';
import { Button, type Tone } from './button.tsx';
import { announce } from './toasts.tsx';

interface CopyButtonProps {
  readonly text: string;
  /** For the announcement, such as `client secret`. */
  readonly what: string;
  readonly children: ReactNode;
  readonly tone?: Tone;
}

export function CopyButton({ text, what, children, tone }: CopyButtonProps): ReactElement {
  const [copied, setCopied] = useState(false);
  const press = (): void => {
    void copy(text).then((done) => {
      setCopied(done);
      announce(done ? `Copied the ${what}` : `The ${what} could not be copied. Select it and press Ctrl+C.`);
      setTimeout(() => {
        setCopied(false);
      }, 2500);
    });
  };
  return (
    <Button onPress={press} {...(tone ? { tone } : {})}>
      {copied ? 'Copied' : children}
    </Button>
  );
}

/** Browsers have a clipboard only where the address is https or this machine. */
async function copy(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // It was forbidden; the older way may work.
    }
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('readonly', '');
  area.className = 'unseen';
  const focused = document.activeElement;
  // A dialog keeps the focus within itself.
  (focused?.closest('[role$="dialog"]') ?? document.body).append(area);
  area.select();
  // oxlint-disable-next-line typescript/no-deprecated -- the only way on plain HTTP
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
