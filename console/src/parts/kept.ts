/** Keeps what somebody has typed, in memory alone, while they sign in again because their session has ended. */
import { useEffect, useState } from 'react';

const values = new Map<string, unknown>();
let isKeeping = false;

/** Whether what is shown now is kept when it goes. To be called before it goes. */
export function keepTyped(keeping: boolean): void {
  isKeeping = keeping;
  if (!keeping) values.clear();
}

/** Somebody is signed in: what they close from here on is forgotten. */
export function resumeTyping(): void {
  isKeeping = false;
}

/** Somebody else has signed in. */
export function forgetKept(): void {
  values.clear();
}

/**
 * `useState` for what should not be lost with a session. Never for secrets.
 * @param key - of this value on its page; the address of the page belongs to it as well
 */
export function useKept<T>(key: string, initial: T | (() => T)): [value: T, set: (value: T) => void] {
  const [name] = useState(() => `${window.location.pathname} ${key}`);
  const [value, setValue] = useState<T>(() => {
    if (values.has(name)) return values.get(name) as T;
    return typeof initial === 'function' ? (initial as () => T)() : initial;
  });
  useEffect(() => {
    values.set(name, value);
  }, [name, value]);
  useEffect(
    () => () => {
      if (!isKeeping) values.delete(name);
    },
    [name],
  );
  return [value, setValue];
}
