/** Reads the credential of a request from its headers, of which there must be exactly one. */
import type { Credential, CredentialForms, PresentableForm } from '../core/index.js';

/** `conflicting` includes repeated headers and incomplete pairs; `malformed` cannot be a valid credential. */
export type PresentedCredential =
  | { readonly credential: Credential; readonly form: PresentableForm }
  | { readonly reason: 'missing' | 'conflicting' | 'malformed' };

const MISSING: PresentedCredential = { reason: 'missing' };
const CONFLICTING: PresentedCredential = { reason: 'conflicting' };
const MALFORMED: PresentedCredential = { reason: 'malformed' };

/** Counts names and values. Node drops headers beyond half this number, which could include a second credential. */
const RAW_HEADERS_MAX = 2000;

/** The number of headers that fit into a bit set. */
const MAX_HEADERS = 31;

/** The use of a header by a form. */
interface Use {
  readonly form: PresentableForm;
  /** Index of the header among those of the form. */
  readonly position: number;
  readonly isShared: boolean;
}

/** A header that carries credentials. */
interface Slot {
  /** Its bit in a set of headers. */
  readonly bit: number;
  /** Forms that accept only some values come first. */
  readonly uses: readonly Use[];
}

/** Reads credentials from the raw headers, so that repeated ones are noticed. */
export class CredentialReader {
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly lengths: ReadonlySet<number>;

  constructor({ headers, presentable }: CredentialForms) {
    const names = headers.map((name) => name.toLowerCase());
    if (names.length > MAX_HEADERS) throw new Error(`credentials have more than ${String(MAX_HEADERS)} headers`);
    this.slots = new Map(names.map((name, index) => [name, { bit: 1 << index, uses: usesOf(name, presentable) }]));
    this.lengths = new Set(names.map(({ length }) => length));
  }

  /** @param rawHeaders - alternating names and values, as in `IncomingMessage.rawHeaders` */
  read(rawHeaders: readonly string[]): PresentedCredential {
    if (rawHeaders.length >= RAW_HEADERS_MAX) return CONFLICTING;
    let seen = 0;
    const values: (string | undefined)[] = [];
    let form: PresentableForm | undefined;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const slot = this.slotOf(rawHeaders[at] ?? '');
      if (!slot) continue;
      if (seen & slot.bit) return CONFLICTING;
      seen |= slot.bit;
      const value = rawHeaders[at + 1] ?? '';
      const use = useOf(slot, value);
      if (!use) continue;
      if (form && form !== use.form) return CONFLICTING;
      form = use.form;
      values[use.position] = value;
    }
    return form ? presented(form, values) : MISSING;
  }

  /** Checks the length first, which rules out most headers cheaply. */
  private slotOf(name: string): Slot | undefined {
    return this.lengths.has(name.length) ? this.slots.get(name.toLowerCase()) : undefined;
  }
}

function usesOf(header: string, forms: readonly PresentableForm[]): Use[] {
  const uses = forms.flatMap((form) => {
    const position = form.inHeaders.names.findIndex((name) => name.toLowerCase() === header);
    return position < 0 ? [] : [{ form, position }];
  });
  const isSelective = ({ form }: Pick<Use, 'form'>): boolean => form.inHeaders.takes !== undefined;
  const ordered = [...uses.filter(isSelective), ...uses.filter((use) => !isSelective(use))];
  return ordered.map((use) => ({ ...use, isShared: uses.length > 1 }));
}

/** The use whose form the value is meant for; a value for no form is not a credential. */
function useOf({ uses }: Slot, value: string): Use | undefined {
  for (const use of uses) {
    const { inHeaders } = use.form;
    if (inHeaders.takes?.(value, use.isShared) ?? true) return use;
  }
  return undefined;
}

function presented(form: PresentableForm, values: readonly (string | undefined)[]): PresentedCredential {
  const reading = form.inHeaders.read(values);
  if (reading === 'malformed') return MALFORMED;
  return reading === 'incomplete' ? CONFLICTING : { credential: reading, form };
}
