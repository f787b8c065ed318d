/** Reads the credential of a request from its headers. */
import type { Credential, CredentialForms, PresentableForm } from '../core/index.js';

/** A credential, and the form in which it was presented. */
export interface Candidate {
  readonly credential: Credential;
  readonly form: PresentableForm;
}

/**
 * `conflicting` includes repeated headers and incomplete pairs; `malformed` cannot be a valid credential. Of several
 * `candidates`, those that turn out to be no credentials of this server belong to the application behind the proxy.
 */
export type PresentedCredential =
  | Candidate
  | { readonly candidates: readonly Candidate[] }
  | { readonly reason: 'missing' | 'conflicting' | 'malformed' };

const MISSING: PresentedCredential = { reason: 'missing' };
const CONFLICTING: PresentedCredential = { reason: 'conflicting' };
const MALFORMED: PresentedCredential = { reason: 'malformed' };

/**
 * Counts names and values. Unless it is told otherwise, Node drops headers beyond half this number, which could include a
 * second credential.
 */
export const RAW_HEADERS_MAX = 2000;

/** The number of headers that fit into a bit set. */
const MAX_HEADERS = 31;

/** The use of a header by a form. */
interface Use {
  readonly form: PresentableForm;
  /** Index of the header among those of the form. */
  readonly position: number;
  readonly isShared: boolean;
  /** Whether the credentials of the form are read. */
  readonly isRead: boolean;
}

/** A header that carries credentials. */
interface Slot {
  /** Its bit in a set of headers. */
  readonly bit: number;
  /** Forms that accept only some values come first. */
  readonly uses: readonly Use[];
}

/** What was found of a form: the values of its headers. */
interface Found {
  readonly form: PresentableForm;
  readonly values: (string | undefined)[];
}

/** Reads credentials from the raw headers, so that repeated ones are noticed. */
export class CredentialReader {
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly lengths: ReadonlySet<number>;

  /** @param isRead - whether credentials of a form are read; those of all others are taken for the application's */
  constructor({ headers, presentable }: CredentialForms, isRead: (form: PresentableForm) => boolean = () => true) {
    const names = headers.map((name) => name.toLowerCase());
    if (names.length > MAX_HEADERS) throw new Error(`credentials have more than ${String(MAX_HEADERS)} headers`);
    const slots = names.map((name, index): [string, Slot] => [
      name,
      { bit: 1 << index, uses: usesOf(name, presentable, isRead) },
    ]);
    this.slots = new Map(slots.filter(([, { uses }]) => uses.some(({ isRead: isNeeded }) => isNeeded)));
    this.lengths = new Set([...this.slots.keys()].map(({ length }) => length));
  }

  /** @param rawHeaders - alternating names and values, as in `IncomingMessage.rawHeaders` */
  read(rawHeaders: readonly string[]): PresentedCredential {
    if (rawHeaders.length >= RAW_HEADERS_MAX) return CONFLICTING;
    let seen = 0;
    let found: Found | undefined;
    let others: Found[] | undefined;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const slot = this.slotOf(rawHeaders[at] ?? '');
      if (!slot) continue;
      if (seen & slot.bit) return CONFLICTING;
      seen |= slot.bit;
      const value = rawHeaders[at + 1] ?? '';
      const use = useOf(slot, value);
      if (!use?.isRead) continue;
      const { form, position } = use;
      const known = found === undefined || found.form === form ? found : others?.find((other) => other.form === form);
      const place = known ?? { form, values: [] };
      if (found === undefined) found = place;
      else if (!known) (others ??= []).push(place);
      place.values[position] = value;
    }
    if (!found) return MISSING;
    return others ? amongSeveral([found, ...others]) : presented(found);
  }

  /** Checks the length first, which rules out most headers cheaply. */
  private slotOf(name: string): Slot | undefined {
    return this.lengths.has(name.length) ? this.slots.get(name.toLowerCase()) : undefined;
  }
}

function usesOf(header: string, forms: readonly PresentableForm[], isRead: (form: PresentableForm) => boolean): Use[] {
  const uses = forms.flatMap((form) => {
    const position = form.inHeaders.names.findIndex((name) => name.toLowerCase() === header);
    return position < 0 ? [] : [{ form, position }];
  });
  const isSelective = ({ form }: Pick<Use, 'form'>): boolean => form.inHeaders.takes !== undefined;
  const ordered = [...uses.filter(isSelective), ...uses.filter((use) => !isSelective(use))];
  return ordered.map((use) => ({ ...use, isShared: uses.length > 1, isRead: isRead(use.form) }));
}

/** The use whose form the value is meant for, read or not; a value for no form is not a credential. */
function useOf({ uses }: Slot, value: string): Use | undefined {
  let taken: Use | undefined;
  for (const use of uses) {
    const { inHeaders } = use.form;
    if (!(inHeaders.takes?.(value, use.isShared) ?? true)) continue;
    // Where several forms are read, one that takes any text comes last.
    if (use.isRead && (use.form.belongsTo === 'account' || inHeaders.read([value]) !== 'malformed')) return use;
    taken = taken?.isRead ? taken : use;
  }
  return taken;
}

function presented({ form, values }: Found): PresentedCredential {
  const reading = form.inHeaders.read(values);
  if (reading === 'malformed') return MALFORMED;
  return reading === 'incomplete' ? CONFLICTING : { credential: reading, form };
}

/**
 * Headers that only credentials of this server use conflict with each other, and have to be complete. A value of another
 * header may belong to the application: certainly if it cannot be a credential of this server.
 */
function amongSeveral(found: readonly Found[]): PresentedCredential {
  const isCertain = ({ form }: Found): boolean => form.inHeaders.isUsedByApplications !== true;
  const [certain, ...more] = found.filter(isCertain).map(presented);
  if (more.length > 0) return CONFLICTING;
  if (certain && 'reason' in certain) return certain;
  const uncertain = found.filter((each) => !isCertain(each)).map(presented);
  const candidates = [certain, ...uncertain].filter((each) => each !== undefined && 'credential' in each);
  const [only, ...rest] = candidates;
  if (!only) return MALFORMED;
  return rest.length === 0 ? only : { candidates };
}
