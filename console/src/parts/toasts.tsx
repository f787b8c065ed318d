/** Short messages about what was done. They are read out, and go by themselves. */
import { useSyncExternalStore, type ReactElement } from 'react';
import { store } from '../live/store.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isSeen: boolean;
}

const SHOWN_MS = 6000;

const toasts = store<readonly Toast[]>([]);
let last = 0;

function add(text: string, isSeen: boolean): void {
  last += 1;
  const id = last;
  toasts.set([...toasts.get().slice(-3), { id, text, isSeen }]);
  setTimeout(() => {
    toasts.set(toasts.get().filter((toast) => toast.id !== id));
  }, SHOWN_MS);
}

/** Shows it and has it read out. */
export function notify(text: string): void {
  add(text, true);
}

/** Has it read out; what is seen says it already. */
export function announce(text: string): void {
  add(text, false);
}

export function Toasts(): ReactElement {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, isSeen }) => (
        <div key={id} className={isSeen ? 'message' : 'unseen'} data-tone="good">
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}
