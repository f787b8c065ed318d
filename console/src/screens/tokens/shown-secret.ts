/** Remembers that a secret is being shown, not the secret, so that a reload can say what to do. */

export interface ShownSecret {
  /** Of the token. */
  readonly id: string;
  readonly name: string;
}

const KEY = 'latchkey-secret-shown';

export function rememberShown(shown: ShownSecret): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(shown));
  } catch {
    // Without storage, a reload says nothing.
  }
}

export function forgetShown(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}

/** The token whose secret was shown when the page was left, if it was. */
export function shownBefore(): ShownSecret | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    return text === null ? undefined : (JSON.parse(text) as ShownSecret);
  } catch {
    return undefined;
  }
}
