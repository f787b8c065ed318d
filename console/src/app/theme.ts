/** Light, dark, or as the system has it. The choice is the only thing that the console stores. */
import { store } from '../live/store.ts';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'latchkey-theme';

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const theme = store<Theme>(stored());

function apply(chosen: Theme): void {
  document.documentElement.dataset.theme = chosen;
}
apply(theme.get());

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen);
  apply(chosen);
  try {
    if (chosen === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // Without storage it holds until the page is left.
  }
}
