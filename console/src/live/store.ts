/** A value outside of React that components can follow by `useSyncExternalStore`. */

export interface Store<T> {
  get: () => T;
  set: (value: T) => void;
  /** @returns ends the subscription */
  subscribe: (listener: () => void) => () => void;
}

export function store<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
