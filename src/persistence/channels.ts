/** Channels for commits, database errors, and the relay between instances. */
import { declareChannel } from '../core/index.js';
import type { Engine } from './engine.js';

/** A finished transaction that writes. On SQLite, several writes share one. */
export interface CommitMessage {
  readonly engine: Engine;
  readonly outcome: 'committed' | 'rolled_back';
  /** Number of writes in it, including those rolled back to their savepoint. */
  readonly writes: number;
  /** Number of other writes that were waiting. */
  readonly waiting: number;
  /** How long the oldest of its writes waited for it to begin. */
  readonly waitMs: number;
  /** From its beginning to its end; on SQLite including the wait for readers. */
  readonly durationMs: number;
}

/** Published for every transaction that writes. */
export const commitChannel = declareChannel<CommitMessage>('latchkey:commit');

/** SQLite's log was written back into the database file. */
export interface CheckpointMessage {
  /** `thread`: while the server went on; `server`: by the server itself, because the log was short. */
  readonly by: 'thread' | 'server';
  readonly outcome: 'done' | 'failed';
  /** Pages of the log that are in the database file now. */
  readonly pages: number;
  /** Pages that others still need in the log. */
  readonly left: number;
  readonly durationMs: number;
}

/** Published on SQLite only. */
export const checkpointChannel = declareChannel<CheckpointMessage>('latchkey:checkpoint');

/** A database error other than a violated unique constraint. */
export interface DatabaseErrorMessage {
  readonly engine: Engine;
  /** The code given by the engine or system, such as an SQLSTATE, `SQLITE_FULL` or `ECONNREFUSED`; else the error's name. */
  readonly code: string;
  /** `unavailable`: the caller gets a 503; `retried`: the transaction is retried; `unexpected`: the caller gets a 500. */
  readonly consequence: 'unavailable' | 'retried' | 'unexpected';
}

/** Published for every failed statement or transaction. The error message is omitted: it may contain values. */
export const databaseErrorChannel = declareChannel<DatabaseErrorMessage>('latchkey:database-error');

/** An event of the relay between the instances that share a PostgreSQL database. */
export type RelayMessage =
  /** This instance holds a lease and receives every change: it may answer from its cache. */
  | { readonly event: 'listening' }
  /** It no longer does; the reason is a text for the log. */
  | { readonly event: 'lost'; readonly reason: string }
  /** It has renewed its lease. */
  | { readonly event: 'renewed'; readonly roundTripMs: number }
  /** The known instances, including this one. */
  | { readonly event: 'instances'; readonly trusted: number; readonly fenced: number }
  /** This instance has fenced others: their leases can no longer be renewed. */
  | { readonly event: 'fenced'; readonly instances: number }
  /** Changes may have been missed, so the caches were emptied. */
  | { readonly event: 'resync' }
  /** This instance has received one of its own changes. */
  | { readonly event: 'delivered'; readonly lagMs: number }
  /** A revocation has waited for the other instances; `unconfirmed` if the database became unavailable while it waited. */
  | { readonly event: 'revocation'; readonly outcome: 'confirmed' | 'unconfirmed'; readonly waitMs: number };

/** Published on PostgreSQL only. */
export const relayChannel = declareChannel<RelayMessage>('latchkey:relay');
