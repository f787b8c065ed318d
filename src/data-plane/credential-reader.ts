/** Reads what a request presents: exactly one credential, in one of the headers that carry them, or nothing that counts. */
import type { Credential, CredentialForms, PresentableForm } from '../core/index.js';

/** `conflicting` also says that a header came twice, or half a pair alone; `malformed` can belong to nobody. */
export type PresentedCredential =
  | { readonly credential: Credential; readonly form: PresentableForm }
  | { readonly reason: 'missing' | 'conflicting' | 'malformed' };

const MISSING: PresentedCredential = { reason: 'missing' };
const CONFLICTING: PresentedCredential = { reason: 'conflicting' };
const MALFORMED: PresentedCredential = { reason: 'malformed' };

/** Names and values: of more headers than half of it, Node leaves out the last, and a second credential with them. */
const RAW_HEADERS_MAX = 2000;

/** Bits of a set of headers. */
const MAX_HEADERS = 31;

/** One use that a form has for a header. */
interface Use {
  readonly form: PresentableForm;
  /** Which of the form's headers it is. */
  readonly position: number;
  readonly isShared: boolean;
}

/** A header that carries credentials. */
interface Slot {
  /** Stands for it in a set of headers. */
  readonly bit: number;
  /** Those that do not take every value come first. */
  readonly uses: readonly Use[];
}

/** Reads credentials from the headers as they came, so that none that is there twice goes unseen. */
export class CredentialReader {
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly lengths: ReadonlySet<number>;

  constructor({ headers, presentable }: CredentialForms) {
    const names = headers.map((name) => name.toLowerCase());
    if (names.length > MAX_HEADERS) throw new Error(`credentials have more than ${String(MAX_HEADERS)} headers`);
    this.slots = new Map(names.map((name, index) => [name, { bit: 1 << index, uses: usesOf(name, presentable) }]));
    this.lengths = new Set(names.map(({ length }) => length));
  }

  /** @param rawHeaders - names and values in turn, as `IncomingMessage.rawHeaders` has them */
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

  /** Most headers are of other lengths. */
  private slotOf(name: string): Slot | undefined {
    return this.lengths.has(name.length) ? this.slots.get(name.toLowerCase()) : undefined;
  }
}

function usesOf(header: string, forms: readonly PresentableForm[]): Use[] {
  const uses = forms.flatMap((form) => {
    const position = form.inHeaders.names.findIndex((name) => name.toLowerCase() === header);
    return position < 0 ? [] : [{ form, position }];
  });
  const isChoosy = ({ form }: Pick<Use, 'form'>): boolean => form.inHeaders.takes !== undefined;
  const ordered = [...uses.filter(isChoosy), ...uses.filter((use) => !isChoosy(use))];
  return ordered.map((use) => ({ ...use, isShared: uses.length > 1 }));
}

/** Whose a value is; nobody's is no credential. */
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
