/** The messages that instances send each other by NOTIFY: changes, one per message, and their acknowledgements. */
import { Change, type ChangeClass, type ChangeTarget } from '../../core/index.js';

/** The channel on which every instance listens. */
export const CHANGES = 'latchkey_change';

/** The channel on which one process listens for acknowledgements of its own changes. */
export function acknowledgements(processId: string): string {
  return `latchkey_ack_${processId}`;
}

/** PostgreSQL accepts payloads of less than 8000 bytes. */
const MAX_BYTES = 7900;

const PROCESS_ID = /^[0-9a-f]{32}$/;

/** Maximum number of units of work in one acknowledgement, so that it fits into a payload. */
export const MAX_NUMBERS = 500;

/** One change of a unit of work; without a change, it asks who has received everything sent before. */
export interface Message {
  /** The sending process: 32 hex characters. */
  readonly from: string;
  /** Sequence number of the sender's unit of work. */
  readonly number: number;
  /** Index of the change in its unit of work. PostgreSQL sends equal messages of one transaction only once. */
  readonly part: number;
  /** Whether this is the last message of its unit of work, and has to be acknowledged. */
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

/** Leaves out the name and details, which can be long and can be read from the database. The ids stay. */
function shortened(change: Change): object {
  const target: ChangeTarget = { ...change.target, name: null };
  return { ...change, target, details: {} };
}

/** A change of a type that this version does not know, sent by an instance with a newer version. */
export class UnknownChange extends Change {
  readonly type = 'unknown';
  readonly target: ChangeTarget = { type: 'server', id: null, name: null };
}

/** Asks every instance to acknowledge a unit of work, and thereby all before it. */
export function acknowledgementRequest(from: string, number: number): string {
  return JSON.stringify({ from, number, part: -1, last: true } satisfies Message);
}

/**
 * @param classes - the class of each type of change
 * @throws Error if the text is not a message: any client of the database can send notifications
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
