/** What instances tell each other by NOTIFY: changes, in pieces that PostgreSQL takes, and that they were heard. */
import { Change, type ChangeClass, type ChangeTarget } from '../../core/index.js';

/** Where every instance listens. */
export const CHANGES = 'latchkey_change';

/** Where one process listens for what was acknowledged of its own changes. */
export function acknowledgements(processId: string): string {
  return `latchkey_ack_${processId}`;
}

/** PostgreSQL takes payloads of less than 8000 bytes. */
const MAX_BYTES = 7900;

const PROCESS_ID = /^[0-9a-f]{32}$/;

/** Numbers of one acknowledgement, so that it fits. */
export const MAX_NUMBERS = 500;

/** One change of one unit of work, or none: then the sender only asks who has heard all that came before. */
export interface Message {
  /** The process it comes from: 32 hex characters. */
  readonly from: string;
  /** Counts the sender's units of work. */
  readonly number: number;
  /** Which of its changes this is; PostgreSQL sends equal messages of one transaction only once. */
  readonly part: number;
  /** Whether it is the last of its unit of work, and is to be acknowledged. */
  readonly last: boolean;
  readonly change?: Change;
}

/** The messages of one unit of work. */
export function messagesOf(from: string, number: number, changes: readonly Change[]): string[] {
  return changes.map((change, part) => {
    const message = { from, number, part, last: part === changes.length - 1, change };
    const text = JSON.stringify(message);
    return Buffer.byteLength(text) <= MAX_BYTES ? text : JSON.stringify({ ...message, change: shortened(change) });
  });
}

/** Names can be long and can be read again; what tells which thing changed cannot. */
function shortened(change: Change): object {
  const target: ChangeTarget = { ...change.target, name: null };
  return { ...change, target, details: {} };
}

/** A change of a kind that this version does not know, from an instance of a newer one. */
export class UnknownChange extends Change {
  readonly type = 'unknown';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };
}

/** Asks every instance whether it has heard a unit of work, and all before it. */
export function acknowledgementRequest(from: string, number: number): string {
  return JSON.stringify({ from, number, part: -1, last: true } satisfies Message);
}

/**
 * @param classes - every kind of change by its type
 * @throws Error for what is no message: whoever may connect to the database can notify
 */
export function readMessage(text: string, classes: Readonly<Record<string, ChangeClass>>): Message {
  const { change, ...message } = JSON.parse(text) as Message & { change?: { type: string } };
  if (!PROCESS_ID.test(message.from) || !Number.isSafeInteger(message.number)) throw new Error('not a message');
  return change ? { ...message, change: revived(change, classes) } : message;
}

function revived(data: { type: string }, classes: Readonly<Record<string, ChangeClass>>): Change {
  const known = Object.hasOwn(classes, data.type) ? classes[data.type] : undefined;
  if (!known) return new UnknownChange();
  return Object.assign(Object.create(known.prototype as object) as Change, data);
}
