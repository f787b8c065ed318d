/** The latest changes, numbered, so that a client that was disconnected can go on where it was. */
import { randomUUID } from 'node:crypto';
import { TokenChange, type AuditRecord, type Change } from '../../../core/index.js';
import { AccountChange, MembershipChange, UserChange } from '../../../identity/index.js';

/** Changes that are kept. */
const KEPT = 2000;

/** Of what a change is. */
export type Subject =
  | { readonly of: 'token' | 'user' | 'account'; readonly id: string }
  | { readonly of: 'audit'; readonly row: AuditRecord };

/** A change as it is told to clients. */
export interface LoggedChange {
  readonly number: number;
  /** The name of the event, for example `token.created`. */
  readonly event: string;
  readonly subject: Subject;
  /** Whether it is gone: only its id can be told. */
  readonly isGone: boolean;
  /** Whom it concerned. */
  readonly accountId: string | null;
  readonly userId: number | null;
}

type Told = Omit<LoggedChange, 'number'>;

/** Where a client is in the log. */
const CURSOR = /^([0-9a-f-]{36})\.(\d{1,15})$/;

export class ChangeLog {
  private changes: LoggedChange[] = [];
  private last = 0;
  /** Differs for every log, so that a cursor of another server or of an earlier time is not taken for one of this. */
  private name = randomUUID();

  /** The number of the newest change. */
  get newest(): number {
    return this.last;
  }

  add(changes: readonly Told[]): void {
    for (const change of changes) this.changes.push({ ...change, number: (this.last += 1) });
    if (this.changes.length > 2 * KEPT) this.changes = this.changes.slice(-KEPT);
  }

  /** Changes may have been missed: nobody can go on from before. */
  restart(): void {
    this.name = randomUUID();
    this.changes = [];
  }

  /** The changes after a number, at most `limit`; `undefined` if some of them are not kept any more. */
  after(number: number, limit: number): readonly LoggedChange[] | undefined {
    const first = this.changes[0]?.number ?? this.last + 1;
    if (number + 1 < first) return undefined;
    return this.changes.slice(number + 1 - first, number + 1 - first + limit);
  }

  cursorOf(number: number): string {
    return `${this.name}.${String(number)}`;
  }

  /** The number of a cursor; `undefined` if one cannot go on from there. */
  numberOf(cursor: string): number | undefined {
    const [, name, digits] = CURSOR.exec(cursor) ?? [];
    const number = Number(digits);
    const isKept = name === this.name && number <= this.last && this.after(number, 0) !== undefined;
    return isKept ? number : undefined;
  }
}

const VERBS: Readonly<Record<string, string>> = {
  'token.issued': 'token.created',
  'token.revoked': 'token.revoked',
  'user.created': 'user.created',
  'user.deleted': 'user.deleted',
  'user.erased': 'user.deleted',
  'account.created': 'account.created',
  'account.deleted': 'account.deleted',
};

const GONE = new Set(['token.revoked', 'user.deleted', 'account.deleted']);

/** What clients are told about a change, apart from its row in the audit log. */
export function toldOf(change: Change): readonly Told[] {
  const told = (of: 'token' | 'user' | 'account', id: string): Told => {
    const event = VERBS[change.type] ?? `${of}.changed`;
    return { event, subject: { of, id }, isGone: GONE.has(event), accountId: change.accountId, userId: change.userId };
  };
  if (change instanceof TokenChange) return change.kind === 'session' ? [] : [told('token', change.tokenId)];
  if (change instanceof UserChange) return [told('user', String(change.userId))];
  if (change instanceof AccountChange || change instanceof MembershipChange) return [told('account', change.accountId)];
  return [];
}
