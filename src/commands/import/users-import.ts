/** Decides what becomes of the users of an import, and stores them. */
import type { EntityManager } from 'typeorm';
import type { Transaction } from '../../core/index.js';
import type { ForeignUser, ImportedUsers, KnownForeignUser } from '../../identity/index.js';
import type { ConflictDecision, Fate } from './import-run.js';

/** A decision about a user. */
interface Decision {
  readonly fate: Fate;
  /** The user here that it is; `null` for one that is to be stored. */
  readonly existing: number | null;
  readonly user: ForeignUser;
}

const ADDED: Fate = { outcome: 'added' };
const UNCHANGED: Fate = { outcome: 'unchanged' };

export class UsersImport {
  constructor(
    private readonly users: ImportedUsers,
    private readonly origin: string,
    private readonly decision: ConflictDecision,
  ) {}

  /** What would become of users, in their order. */
  async examine(manager: EntityManager, users: readonly ForeignUser[]): Promise<Fate[]> {
    return (await this.decide(manager, users)).map(({ fate }) => fate);
  }

  /** Stores users, and tells what became of them. */
  async apply(tx: Transaction, users: readonly ForeignUser[]): Promise<Fate[]> {
    const decisions = await this.decide(tx.manager, users);
    const added = decisions.filter(({ fate }) => fate === ADDED);
    const isNew = added.filter(({ existing }) => existing === null).map(({ user }) => user);
    await this.users.insert(tx, this.origin, isNew);
    const merged = added.filter(({ existing }) => existing !== null);
    await this.users.remember(
      tx.manager,
      this.origin,
      merged.map(({ user }) => user),
      merged.map(({ existing }) => existing ?? 0),
    );
    return decisions.map(({ fate, existing }) => (fate === ADDED && existing !== null ? UNCHANGED : fate));
  }

  private async decide(manager: EntityManager, users: readonly ForeignUser[]): Promise<Decision[]> {
    if (users.length === 0) return [];
    const known = await this.users.known(manager, this.origin, users);
    return known.map((one) => this.decideOn(one));
  }

  private decideOn(known: KnownForeignUser): Decision {
    const { user, importedAs, isDeleted, sameAddress, isLook, sameId } = known;
    if (isDeleted) return refused(user, `user ${user.foreignId} was deleted here after an earlier import`, true);
    if (importedAs !== undefined) return { fate: UNCHANGED, existing: importedAs, user };
    const isSkip = this.decision === 'skip';
    if (sameAddress !== undefined) {
      const like = `the e-mail address ${user.email} ${isLook ? 'looks like' : 'is'} that of user ${String(sameAddress)}`;
      if (this.decision === 'merge' && !isLook) return { fate: ADDED, existing: sameAddress, user };
      return refused(user, like, isSkip || (isLook && this.decision === 'merge'));
    }
    if (sameId === undefined) return { fate: ADDED, existing: null, user };
    if (this.decision === 'merge') return { fate: ADDED, existing: null, user: { ...user, id: null } };
    return refused(user, `the id ${String(sameId)} of ${user.email} belongs to another user here`, isSkip);
  }
}

function refused(user: ForeignUser, reason: string, isSkipped: boolean): Decision {
  return { fate: { outcome: isSkipped ? 'skipped' : 'conflict', reason }, existing: null, user };
}
