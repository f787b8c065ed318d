/** What the server knows about its database and itself; the room `persistence` implements it. */
import type { SettingInForce } from '../settings/index.js';

/** The database, without anything secret. */
export interface DatabaseFacts {
  readonly engine: 'SQLite' | 'PostgreSQL';
  /** The whole path of a file, or the name of the database and its hosts. */
  readonly location: string;
  /** `null` if it cannot be told. */
  readonly bytes: number | null;
  /** The newest migration that has run; `null` if the host runs them in a table of its own. */
  readonly schema: string | null;
}

/** A process that answers from this database. */
export interface RunningInstance {
  /** Another one each time it connects. */
  readonly id: string;
  /** `null` where the database does not keep it. */
  readonly lastSeenAt: Date | null;
  /** Whether it may answer from memory, or renew its right to do so. */
  readonly hasLease: boolean;
  /** Whether it is this process. */
  readonly isCurrent: boolean;
}

/** A copy of the database in one file. */
export interface BackupFile {
  readonly path: string;
  readonly bytes: number;
  /** Removes it. */
  readonly remove: () => Promise<void>;
}

/** The class is also the injection token. */
export abstract class ServerDatabase {
  abstract facts(): Promise<DatabaseFacts>;

  abstract instances(): Promise<readonly RunningInstance[]>;

  /**
   * Copies the database while it is used; whoever asks removes the copy.
   * @throws DomainError `conflict` where it is copied by other means, which the message names
   */
  abstract backUp(): Promise<BackupFile>;
}

/** The settings that the server was started with; none in a host, which has options. */
export class RunningSettings {
  constructor(readonly all: readonly SettingInForce[] = []) {}
}
