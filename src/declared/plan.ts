/** What has to be done so that a server has what is declared, step by step, and what is there beyond that. */
import type { EntityManager, FindOptionsWhere, ObjectLiteral, ObjectType } from 'typeorm';
import { In, Not } from 'typeorm';
import { inParts, nextTurn, type Transaction } from '../core/index.js';
import type { Fault, Path } from './form.js';
import type { Declaration } from './reading.js';
import type { Parts } from './parts.js';
import type { Present } from './present.js';

/** What can be declared. */
export const NOUNS = ['account', 'user', 'member', 'token', 'policy', 'application'] as const;

export type Noun = (typeof NOUNS)[number];

/** A value that is not as declared. */
export interface Difference {
  readonly field: string;
  /** Absent for what is not there, and for secrets and their hashes. */
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Something that is not as declared. */
export interface Step {
  /** `keep` is a difference that is not taken away. */
  readonly action: 'create' | 'change' | 'delete' | 'keep';
  readonly noun: Noun;
  readonly name: string;
  /** Where it is declared; absent for what is not. */
  readonly path?: Path | undefined;
  readonly differences: readonly Difference[];
  /** Why it is kept, and what would change it. */
  readonly note?: string | undefined;
  readonly run?: ((tx: Transaction) => Promise<unknown>) | undefined;
  /** Carries it out together with others, instead of {@link run}. */
  readonly batch?: Pick<Batch<unknown>, 'carryOut'> | undefined;
}

/** New entries of one kind, which are made together. */
export class Batch<T> {
  private readonly items = new Map<Step, T>();

  /** @param make - throws `EntryRefused` with the place of an entry */
  constructor(private readonly make: (tx: Transaction, items: readonly T[]) => Promise<unknown>) {}

  add(step: Step, item: T): void {
    this.items.set(step, item);
  }

  async carryOut(tx: Transaction, steps: readonly Step[]): Promise<void> {
    await this.make(
      tx,
      steps.flatMap((step) => (this.items.has(step) ? [this.items.get(step) as T] : [])),
    );
  }
}

/** What may be done beyond creating and changing. */
export interface PlanOptions {
  /** Whether to delete what the sections do not have. */
  readonly prune: boolean;
  /** Whether existing tokens and users get the secrets whose hashes are declared. */
  readonly replaceSecrets: boolean;
}

/** More are not read, nor deleted in one transaction. */
const EXTRAS_MAX = 10_000;

export class Plan {
  readonly faults: Fault[] = [];
  readonly unchanged: Record<Noun, number> = { account: 0, user: 0, member: 0, token: 0, policy: 0, application: 0 };
  private readonly forward: Step[] = [];
  private policyNames: Map<string, number> | undefined;
  /** In the order of {@link NOUNS}: whoever owns something comes before it. */
  private readonly deletions: Step[] = [];
  /** The ids of declared accounts by id and by the key of their name, and of others that were looked up. */
  readonly accounts = new Map<string, string>();
  /** The ids and the keys of the addresses of declared users. */
  readonly declaredUsers = new Set<string>();
  /** The tokens of accounts that are about to be made, as account, kind and handle. */
  readonly newTokens = new Set<string>();
  /** The handles of tokens with faults, of which nothing more needs to be said. */
  readonly faultyTokens = new Set<string>();
  /** Accounts and users that are about to be deleted, with all that they own. */
  readonly gone = { accounts: new Set<string>(), users: new Set<number>() };

  constructor(
    readonly manager: EntityManager,
    readonly parts: Parts,
    readonly declaration: Declaration,
    readonly options: PlanOptions,
    /** What the server has of what is declared. */
    readonly present: Present,
  ) {}

  /** As they are shown: in the order of the file, and what it does not have after that. */
  get steps(): readonly Step[] {
    return [...this.forward, ...this.deletions.toReversed()];
  }

  /**
   * What has to be done, in the order in which it has to be: whoever owns something comes before it, and changes, which
   * may free a name, come before what is new. What can be made together is.
   */
  get work(): readonly (readonly Step[])[] {
    const groups = NOUNS.flatMap((noun) => {
      const steps = this.forward.filter((step) => step.noun === noun && step.action !== 'keep');
      const made = steps.filter(({ batch }) => batch);
      return [...steps.filter(({ batch }) => !batch).map((step) => [step]), ...inParts(made)];
    });
    return [...groups, ...this.deletions.toReversed().map((step) => [step])];
  }

  get hasChanges(): boolean {
    return this.steps.some(({ action }) => action !== 'keep');
  }

  /** Lets the process hear of what else has happened, such as that the database is there, at every some hundredth entry. */
  async breathe(at: number): Promise<void> {
    if (at % 500 === 499) await nextTurn();
  }

  fault(path: Path, reason: string): void {
    this.faults.push({ path, reason });
  }

  /** @param values - what is shown @param item - what the batch makes */
  create<T>(noun: Noun, name: string, path: Path, values: object, batch: Batch<T>, item: T): void {
    const differences = Object.entries(values)
      .filter(([, to]) => to !== undefined)
      .map(([field, to]) => ({ field, to: to as unknown }));
    const step: Step = { action: 'create', noun, name, path, differences, batch };
    batch.add(step, item);
    this.forward.push(step);
  }

  /** Does nothing but count without differences. */
  change(noun: Noun, name: string, path: Path, differences: readonly Difference[], run: Step['run']): void {
    if (differences.length === 0) this.unchanged[noun] += 1;
    else this.forward.push({ action: 'change', noun, name, path, differences, run });
  }

  /** A difference that stays. */
  keep(noun: Noun, name: string, path: Path, differences: readonly Difference[], note: string): void {
    this.forward.push({ action: 'keep', noun, name, path, differences, note });
  }

  /** How many declared policies an application of an account can mean by a name or an id. */
  policiesCalled(accountId: string, text: string): number {
    if (!this.policyNames) {
      this.policyNames = new Map();
      for (const { value } of this.declaration.policies ?? []) {
        const owner = this.accounts.get(value.account) ?? '';
        for (const label of new Set([value.name, value.id ?? value.name])) {
          const key = `${owner} ${label}`;
          this.policyNames.set(key, (this.policyNames.get(key) ?? 0) + 1);
        }
      }
    }
    return this.policyNames.get(`${accountId} ${text}`) ?? 0;
  }

  /** Something that is not declared, though others of its kind are. */
  extra(noun: Noun, name: string, run: Step['run']): void {
    const note = 'is not in the file; --prune deletes it';
    const step = { noun, name, differences: [] };
    if (this.options.prune) this.deletions.push({ ...step, action: 'delete', run });
    else this.deletions.push({ ...step, action: 'keep', note });
  }

  /** The rows that are not declared, some at a time. */
  async extras<E extends ObjectLiteral & { id: unknown }>(
    section: keyof Declaration,
    entity: ObjectType<E>,
    declared: ReadonlySet<E['id']>,
    where: FindOptionsWhere<E> = {},
  ): Promise<E[]> {
    // A statement takes a limited number of values: with many, the rows are filtered here.
    const few = declared.size <= 500 && declared.size > 0 ? { id: Not(In([...declared])) } : {};
    const take = EXTRAS_MAX + 1 + (declared.size > 500 ? declared.size : 0);
    const found = await this.manager.find(entity, {
      where: { ...where, ...few } as FindOptionsWhere<E>,
      order: { id: 'ASC' } as never,
      take,
    });
    const rows = found.filter(({ id }) => !declared.has(id));
    if (rows.length > EXTRAS_MAX && this.options.prune) {
      const most = EXTRAS_MAX.toLocaleString('en');
      this.fault([section], `would have more than ${most} rows deleted, which is too much for one transaction`);
    }
    return rows.slice(0, EXTRAS_MAX);
  }
}

/** The differences between values; members that are `undefined` in what is wanted stay as they are. */
export function differencesOf(present: object, wanted: object): Difference[] {
  const before = present as Readonly<Record<string, unknown>>;
  return Object.entries(wanted)
    .filter(([field, to]) => to !== undefined && canonical(to) !== canonical(before[field]))
    .map(([field, to]) => ({ field, from: before[field], to: to as unknown }));
}

/** A value as text, in which the order of members does not count. */
export function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
