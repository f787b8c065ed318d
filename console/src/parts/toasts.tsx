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
  toasts.set([...toasts.get().slice(-2), { id, text, isSeen }]);
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

/** What is read out, also while a dialog is open, which hides everything else from those who listen. */
export function Announcements(): ReactElement {
  const all = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div className="unseen" role="status" aria-live="polite" data-live-announcer="true">
      {all.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}

/** What is seen. It has a place of its own, where it covers nothing that one may be about to press. */
export function Toasts(): ReactElement {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get).filter(({ isSeen }) => isSeen);
  return (
    <div className="toasts" aria-hidden="true">
      {shown.map(({ id, text }) => (
        <div key={id} className="message" data-tone="good">
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}
