/** The icons, drawn as lines in the colour of the text around them. They say nothing that no text says. */
import type { ReactElement } from 'react';

const PATHS = {
  overview: 'M3 13h7V3H3zM14 21h7V11h-7zM14 3v4h7V3zM3 21h7v-4H3z',
  tokens: 'M14.5 9.5a5 5 0 1 0-4.3 4.9L12 16h2v2h2v2h4v-3.5l-5.6-5.6c.1-.5.1-.9.1-1.4zM7 8h.01',
  mine: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0',
  people: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21a7 7 0 0 1 14 0M16 3.5a4 4 0 0 1 0 7M22 21a7 7 0 0 0-4-6.3',
  accounts: 'M3 21V7l9-4 9 4v14M9 21v-6h6v6M8 10h.01M16 10h.01M12 10h.01',
  audit: 'M6 3h9l4 4v14H6zM9 9h6M9 13h7M9 17h7',
  applications: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  server: 'M4 4h16v7H4zM4 13h16v7H4zM8 7.5h.01M8 16.5h.01',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  minus: 'M6 12h12',
  alert: 'M12 8v5M12 16.5h.01M12 3l9.5 17h-19z',
  pause: 'M9 6v12M15 6v12',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  overlap: 'M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM15 21a6 6 0 1 0 0-12 6 6 0 0 0 0 12z',
  theme: 'M12 3a9 9 0 1 0 9 9c-5 2-11-3-9-9z',
  out: 'M9 4H4v16h5M15 8l4 4-4 4M19 12H9',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 3 : 1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
