/** What has to be done so that a server has what is declared, step by step, and what is there beyond that. */
import type { EntityManager, FindOptionsWhere, ObjectLiteral, ObjectType } from 'typeorm';
import { In, Not } from 'typeorm';
import type { Transaction } from '../core/index.js';
import type { Fault, Path } from './form.js';
import type { Declaration } from './reading.js';
import type { Parts } from './parts.js';

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
  /** In the order of {@link NOUNS}: whoever owns something comes before it. */
  private readonly deletions: Step[] = [];
  /** The ids of declared accounts by id and by the key of their name, and of others that were looked up. */
  readonly accounts = new Map<string, string>();
  /** The ids and the keys of the addresses of declared users. */
  readonly declaredUsers = new Set<string>();
  /** Accounts and users that are about to be deleted, with all that they own. */
  readonly gone = { accounts: new Set<string>(), users: new Set<number>() };

  constructor(
    readonly manager: EntityManager,
    readonly parts: Parts,
    readonly declaration: Declaration,
    readonly options: PlanOptions,
  ) {}

  /** In the order in which they have to be done. */
  get steps(): readonly Step[] {
    return [...this.forward, ...this.deletions.toReversed()];
  }

  get hasChanges(): boolean {
    return this.steps.some(({ action }) => action !== 'keep');
  }

  fault(path: Path, reason: string): void {
    this.faults.push({ path, reason });
  }

  create(noun: Noun, name: string, path: Path, values: object, run: Step['run']): void {
    const differences = Object.entries(values)
      .filter(([, to]) => to !== undefined)
      .map(([field, to]) => ({ field, to: to as unknown }));
    this.forward.push({ action: 'create', noun, name, path, differences, run });
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
