/** Gives the e-mail addresses and account names that exist already their place in the table of taken names. */
import type { QueryRunner } from 'typeorm';
import type { Flawed, Label } from '../labels/label.js';
import { formsOf, isLook, nameForm } from '../labels/name-forms.js';
import { NAMES_TO_REVIEW, type ReviewList } from '../labels/review-list.js';
import { ACCOUNTS, USERS, type NamedKind, type NamedRow } from './named-rows.js';
import { runStatement } from './run-statement.js';

/** Rows handled together. */
const BATCH = 500;

/** At most this many rows of a kind are listed in the log; the audit log has all. */
const LISTED = 1000;

/** Who has each form of a name. */
type Owners = Map<string, string>;

/**
 * Oldest first, each row takes the forms of its name that nobody has. A row whose name somebody has already keeps it and
 * everything by which its owner signs in, and is noted in the audit log. The names of all others are stored in their
 * normal form.
 */
export class ExistingNames {
  private readonly review: ReviewList = { users: [], accounts: [] };
  private readonly now = Date.now();

  constructor(
    private readonly queryRunner: QueryRunner,
    private readonly migration: string,
  ) {}

  async normalize(): Promise<void> {
    for (const kind of [USERS, ACCOUNTS]) {
      for await (const rows of kind.rows(this.queryRunner, BATCH)) await this.take(kind, rows);
    }
    if (this.review.users.length + this.review.accounts.length === 0) return;
    const values = [NAMES_TO_REVIEW, JSON.stringify(this.review)];
    await this.run('INSERT INTO "latchkey_setting" ("name", "value") VALUES (?, ?)', values);
  }

  /** Undoes what {@link normalize} has changed, as far as nobody has changed it since. */
  async restore(): Promise<void> {
    await this.run('DELETE FROM "latchkey_setting" WHERE "name" = ?', [NAMES_TO_REVIEW]);
    for (const kind of [USERS, ACCOUNTS]) {
      const changes = await this.run<{ target_id: string; details: string }>(
        'SELECT "target_id", "details" FROM "latchkey_audit" WHERE "action" = ? AND "details" LIKE ?',
        [`${kind.target}.updated`, `%"migration":"${this.migration}"%`],
      );
      for (const { target_id: id, details } of changes) {
        const values = JSON.parse(details) as Record<string, string>;
        await kind.restore(this.queryRunner, id, {
          before: values[`old_${kind.field}`] ?? '',
          after: values[`new_${kind.field}`] ?? '',
        });
      }
    }
  }

  private async take(kind: NamedKind, rows: readonly NamedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const named = rows.map((row) => ({ row, label: kind.read(row.text) }));
    const owners = await this.ownersOf(
      kind,
      named.flatMap(({ row, label }) => formsIn(row, label)),
    );
    const taken: [form: string, owner: string][] = [];
    for (const { row, label } of named) {
      const forms = formsIn(row, label);
      await this.place(kind, row, label, owners);
      const free = forms.filter((form) => !owners.has(form));
      for (const form of free) owners.set(form, row.id);
      taken.push(...free.map((form) => [form, row.id] as [string, string]));
    }
    await this.insert(kind, taken);
  }

  private async place(kind: NamedKind, row: NamedRow, label: Label | Flawed, owners: Owners): Promise<void> {
    const held = formsIn(row, label).filter((form) => owners.has(form));
    const clash = held.find((form) => !isLook(form)) ?? held[0];
    const reason = 'flaw' in label ? label.flaw : clash && clashWith(kind, clash, owners);
    if (reason !== undefined) await this.note(kind, row, `${kind.field}_needs_review`, { because: reason });
    const list = this.review[kind.list];
    if (reason !== undefined && list.length < LISTED) list.push(row.id);
    if ('flaw' in label || (clash !== undefined && !isLook(clash))) return;
    if (!(await kind.store(this.queryRunner, row, label)) || row.text === label.text) return;
    const values = { [`old_${kind.field}`]: row.text, [`new_${kind.field}`]: label.text };
    await this.note(kind, row, 'updated', { fields: [kind.field], ...values, migration: this.migration });
  }

  private async ownersOf({ scope }: NamedKind, forms: readonly string[]): Promise<Owners> {
    const places = forms.map(() => '?').join(', ');
    const rows = await this.run<{ key: string; owner: string }>(
      `SELECT "key", "owner" FROM "latchkey_taken_name" WHERE "scope" = ? AND "key" IN (${places})`,
      [scope, ...forms],
    );
    return new Map(rows.map(({ key, owner }) => [key, owner]));
  }

  private async insert({ scope }: NamedKind, taken: readonly [form: string, owner: string][]): Promise<void> {
    if (taken.length === 0) return;
    const places = taken.map(() => '(?, ?, ?)').join(', ');
    const values = taken.flatMap(([form, owner]) => [scope, form, owner]);
    await this.run(`INSERT INTO "latchkey_taken_name" ("scope", "key", "owner") VALUES ${places}`, values);
  }

  private async note(kind: NamedKind, row: NamedRow, what: string, details: object): Promise<void> {
    const { target, field } = kind;
    await this.run(
      `INSERT INTO "latchkey_audit"
       ("created_at", "action", "target_type", "target_id", "target_name", "account_id", "details")
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        this.now,
        `${target}.${what}`,
        target,
        row.id,
        row.title,
        target === 'account' ? row.id : null,
        JSON.stringify({ [field]: row.text, ...details }),
      ],
    );
  }

  private run<T>(text: string, values: readonly unknown[]): Promise<T[]> {
    return runStatement<T>(this.queryRunner, text, values);
  }
}

/** A name that would not be accepted any more does not keep others from what it looks like. */
function formsIn({ key }: NamedRow, label: Label | Flawed): string[] {
  return 'flaw' in label ? [nameForm(key)] : formsOf(label);
}

function clashWith({ target }: NamedKind, form: string, owners: Owners): string {
  return `${isLook(form) ? 'looks like' : 'is the same as'} that of ${target} ${owners.get(form) ?? ''}, which is older`;
}
