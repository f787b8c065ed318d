/** The diagnostics channels of the core. No message contains a secret or its digest. */
import type { Change } from './changes/changes.js';
import { declareChannel } from './declare-channel.js';
import type { Actor, Origin } from './database/actor.js';
import type { DomainErrorCode } from './errors.js';
import type { HashingPurpose } from './tokens/hashing-turn.js';
import type { Token } from './tokens/token.entity.js';
import type { Verdict } from './verification/known-token.js';

/** A verified credential. */
export interface VerifyMessage {
  /** The verdict; `unavailable` if the database could not be read, `failed` for an internal error. */
  readonly status: Verdict['status'] | 'unavailable' | 'failed';
  /** The kind of the token, or the kind named by the credential; `null` if neither is known. */
  readonly kind: string | null;
  /** Where the token was looked up. */
  readonly source: 'memory' | 'database';
  /** Which of its secrets was presented; `null` for a rejected credential. */
  readonly matched: 'current' | 'previous' | null;
  /** The id of the token, accepted or not; `null` if it is unknown. */
  readonly tokenId: string | null;
  readonly durationMs: number;
}

/** Published for every verification. */
export const verifyChannel = declareChannel<VerifyMessage>('latchkey:verify');

/** A finished unit of work. */
export interface WriteMessage {
  readonly outcome: 'committed' | 'rolled_back';
  /**
   * The code of the error that the caller got, `unique` for a violated unique constraint, `null` for other errors and
   * for none. After a commit, `unavailable` means that not every instance has confirmed the change.
   */
  readonly code: DomainErrorCode | 'unique' | null;
  /** The author, with the id of the request. */
  readonly author: Actor;
  /** The recorded changes; empty if they were rolled back. */
  readonly changes: readonly Change[];
  /** From the call until every instance has applied the changes. */
  readonly durationMs: number;
  /** The part of it after the commit. */
  readonly propagationMs: number;
}

/** Published for every unit of work, including those of background jobs. */
export const writeChannel = declareChannel<WriteMessage>('latchkey:write');

/** A finished or rejected operation on a password. */
export interface HashingMessage {
  readonly operation: 'hash' | 'compare';
  readonly purpose: HashingPurpose;
  /** `rejected`: the queue was full. */
  readonly outcome: 'done' | 'rejected' | 'failed';
  /** Length of the queue on arrival. */
  readonly waiting: number;
  /** Time in the queue. */
  readonly waitMs: number;
  /** From the call to the result, including the time in the queue. */
  readonly durationMs: number;
}

/** Published for every password, or other secret chosen by people, that is hashed or compared. */
export const hashingChannel = declareChannel<HashingMessage>('latchkey:hashing');

/** An unknown secret was compared with the hashes of imported tokens, by a slow hash. */
export interface ImportedCheckMessage {
  /** `search`: among all that wait for their first use; `compare`: with that of the token that the credential names. */
  readonly operation: 'search' | 'compare';
  /** `throttled`: too many of this network were none; `rejected`: the queue was full. */
  readonly outcome: 'found' | 'missed' | 'throttled' | 'rejected' | 'failed';
  /** How many are waiting now. */
  readonly waiting: number;
  /** With the time in the queue. */
  readonly durationMs: number;
}

/** Published for every such comparison. */
export const importedCheckChannel = declareChannel<ImportedCheckMessage>('latchkey:imported-check');

/** What has become of the last use of a token. */
export interface LastUseMessage {
  /** It is not recorded, because too many wait to be written. */
  readonly outcome: 'dropped';
  /** How many may wait. */
  readonly limit: number;
}

/** Published for every use that is not recorded. */
export const lastUseChannel = declareChannel<LastUseMessage>('latchkey:last-use');

/** A read of a list that took more than one slice. */
export interface LongReadMessage {
  /** `refused`: the user had too many long lists open; `abandoned`: the client left before the end. */
  readonly outcome: 'done' | 'abandoned' | 'refused' | 'failed';
  /** The user who reads; `null` for the server itself. */
  readonly userId: number | null;
  /** The number of slices, each in a turn of the event loop. */
  readonly slices: number;
  /** From the first slice to the end, including the time in which the client did not read. */
  readonly durationMs: number;
}

/** Published for every list, search and export of more than one slice. */
export const longReadChannel = declareChannel<LongReadMessage>('latchkey:long-read');

/** A known token that was not accepted or not admitted. */
export interface RefusalMessage {
  /** `verify`, `guard` or `api`: a dialect, introspection or metrics. */
  readonly entryPoint: 'verify' | 'guard' | 'api';
  /**
   * The verdict, or why a valid token was not admitted: `wrong_form`, `not_admitted`, `lacks_scope` or
   * `account_not_named`.
   */
  readonly reason:
    | Exclude<Verdict['status'], 'valid' | 'unknown'>
    | 'wrong_form'
    | 'not_admitted'
    | 'lacks_scope'
    | 'account_not_named';
  readonly kind: string;
  readonly tokenId: string;
  readonly accountId: string | null;
  /** The rule of the proxy or guard, as JSON; `null` for an API. */
  readonly rule: string | null;
  /** Network address of the client. */
  readonly address: string | null;
  readonly requestId: string | null;
}

/** Published for every refusal of a known token. */
export const refusalChannel = declareChannel<RefusalMessage>('latchkey:refusal');

/** What is refused, and why; see {@link RefusalMessage}. */
export type Refusal = Pick<RefusalMessage, 'entryPoint' | 'reason' | 'rule'>;

/** Publishes a refusal, if anybody listens. */
export function publishRefusal(refusal: Refusal, token: Readonly<Token>, { address, requestId = null }: Origin): void {
  if (!refusalChannel.hasSubscribers) return;
  const { kind, id: tokenId, accountId } = token;
  refusalChannel.publish({ ...refusal, kind, tokenId, accountId, address, requestId });
}
