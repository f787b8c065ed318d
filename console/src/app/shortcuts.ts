/** The keys of the console. They are only heard outside of fields and dialogs, and everything is reached by Tab as well. */
import { useEffect } from 'react';

/** Sent to the list of the page; `detail` is 1 or -1. */
export const ROW_EVENT = 'latchkey:row';

const SHORTCUTS = [
  ['/', 'Search this page'],
  ['c', 'Create a token'],
  ['j', 'Next row'],
  ['k', 'Previous row'],
  ['g o', 'Overview'],
  ['g t', 'Tokens'],
  ['g m', 'My tokens'],
  ['g p', 'People'],
  ['g a', 'Audit log'],
  ['?', 'This list'],
] as const;

/** Behind a screen that only administrators of the server have. */
const PEOPLE = 'g p';

/** @param isAdministrator - of the server */
export function shortcutsFor(isAdministrator: boolean): readonly (readonly [keys: string, text: string])[] {
  return SHORTCUTS.filter(([keys]) => isAdministrator || keys !== PEOPLE);
}

const PLACES: Readonly<Record<string, string>> = { o: '/', t: '/tokens', m: '/mine', p: '/people', a: '/audit' };

export interface ShortcutActions {
  readonly go: (path: string) => void;
  readonly help: () => void;
}

export function useShortcuts({ go, help }: ShortcutActions): void {
  useEffect(() => {
    let isGoing = false;
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]')) return;
      const place = isGoing ? PLACES[event.key] : undefined;
      isGoing = event.key === 'g' && !isGoing;
      if (place !== undefined) go(place);
      else if (event.key === '/') searchField()?.focus();
      else if (event.key === 'c') go('/tokens/new');
      else if (event.key === '?') help();
      else if (event.key === 'j' || event.key === 'k') {
        window.dispatchEvent(new CustomEvent(ROW_EVENT, { detail: event.key === 'j' ? 1 : -1 }));
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', pressed);
    return () => {
      window.removeEventListener('keydown', pressed);
    };
  }, [go, help]);
}

function searchField(): HTMLElement | null {
  return document.querySelector<HTMLElement>('main input[type="search"]');
}

const WITHOUT_TEXT = new Set(['checkbox', 'radio', 'button', 'submit', 'reset']);

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !WITHOUT_TEXT.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
