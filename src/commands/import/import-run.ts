/** Runs an import in two passes: the first examines the whole file and changes nothing, the second stores it in batches. */
import type { INestApplicationContext } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { COMMAND_LINE, InvalidRow, UnitOfWork, type Transaction } from '../../core/index.js';
import { EXIT, type ExitCode } from '../../cli/index.js';
import { shown } from '../rows.js';
import { print, type CommandCall } from '../command-context.js';
import { Progress } from './progress.js';
import type { Row, RowFile } from './rows.js';
import { SeenKeys } from './seen-keys.js';

/** What becomes of a record. */
export interface Fate {
  readonly outcome: 'added' | 'unchanged' | 'skipped' | 'conflict' | 'invalid';
  /** Why, unless it was added. */
  readonly reason?: string;
}

/** A record, and the line that it stands on. */
export interface Placed<R> {
  readonly line: number;
  readonly record: R;
}

/** Whether the file has had a record with this value so far. */
export type IsInFile = (field: string, value: string) => boolean;

/** What `--on-conflict` decides. */
export type ConflictDecision = 'fail' | 'skip' | 'merge';

/** One kind of import. */
export interface ImportJob<R> {
  /** What the records are called, for the summary. */
  nounOf(record: R): 'users' | 'tokens';
  /** The records of a row. @throws InvalidRow */
  read(value: unknown): readonly R[];
  /** What no other record of the file may have: the name of the field, and the value. */
  uniqueIn(record: R): readonly (readonly [field: string, value: string])[];
  /** What would become of records, in their order. */
  examine(manager: EntityManager, batch: readonly Placed<R>[], isInFile: IsInFile): Promise<Fate[]>;
  /** Stores records, and tells what became of them. */
  apply(tx: Transaction, batch: readonly Placed<R>[], isInFile: IsInFile): Promise<Fate[]>;
}

/** How many records are stored in one transaction: few, since a server on the same SQLite file waits meanwhile. */
const BATCH = 500;

type Counts = Record<Fate['outcome'], number>;

/** What a pass has found. */
interface Summary {
  readonly users: Counts;
  readonly tokens: Counts;
  /** Rows that could not be read at all. */
  invalidRows: number;
}

const noCounts = (): Counts => ({ added: 0, unchanged: 0, skipped: 0, conflict: 0, invalid: 0 });

/** Examines a file, and imports it unless something speaks against it. */
export async function runImport<R>(
  call: CommandCall,
  services: INestApplicationContext,
  file: RowFile,
  job: ImportJob<R>,
  beforeWriting: () => Promise<void> = () => Promise.resolve(),
): Promise<ExitCode> {
  const seen = new SeenKeys();
  const unitOfWork = services.get(UnitOfWork);
  try {
    const passes = new Passes(call, file, job, seen);
    const isInFile: IsInFile = (field, value) => seen.find(`${field} ${value}`) !== undefined;
    const planned = await passes.run('examining', true, (batch) =>
      unitOfWork.read((manager) => job.examine(manager, batch, isInFile)),
    );
    const refusal = refusalOf(call, planned);
    if (refusal !== undefined || call.options.dryRun) {
      report(call, planned, true, refusal);
      return refusal === undefined ? EXIT.done : EXIT.failed;
    }
    if (total(planned, 'added') === 0) {
      report(call, planned, false, undefined);
      return EXIT.done;
    }
    await beforeWriting();
    const done = await passes.run('importing', false, (batch) =>
      unitOfWork.write(COMMAND_LINE, (tx) => job.apply(tx, batch, isInFile)),
    );
    report(call, done, false, undefined);
    return total(done, 'conflict') > total(planned, 'conflict') ? EXIT.failed : EXIT.done;
  } finally {
    seen.close();
  }
}

/** Goes through the file. */
class Passes<R> {
  constructor(
    private readonly call: CommandCall,
    private readonly file: RowFile,
    private readonly job: ImportJob<R>,
    private readonly seen: SeenKeys,
  ) {}

  async run(label: string, isFirst: boolean, work: (batch: readonly Placed<R>[]) => Promise<Fate[]>): Promise<Summary> {
    const summary: Summary = { users: noCounts(), tokens: noCounts(), invalidRows: 0 };
    const progress = new Progress(this.call.io, label, this.file.size);
    let batch: Placed<R>[] = [];
    let rows = 0;
    const finish = async (): Promise<void> => {
      const fates = await work(batch);
      for (const [at, { line, record }] of batch.entries()) {
        const fate = fates[at] ?? { outcome: 'invalid' };
        summary[this.job.nounOf(record)][fate.outcome] += 1;
        if (isFirst && fate.outcome !== 'added') this.tell(progress, line, fate);
      }
      batch = [];
    };
    for await (const row of this.file.rows()) {
      rows += 1;
      progress.show(row.position, rows);
      for (const placed of this.recordsOf(row, isFirst, summary, progress)) {
        batch.push(placed);
        if (batch.length >= BATCH) await finish();
      }
    }
    if (batch.length > 0) await finish();
    progress.end();
    return summary;
  }

  private recordsOf(row: Row, isFirst: boolean, summary: Summary, progress: Progress): Placed<R>[] {
    const read = this.read(row);
    if ('flaw' in read) {
      summary.invalidRows += 1;
      if (isFirst) this.tell(progress, row.line, { outcome: 'invalid', reason: read.flaw });
      return [];
    }
    return read.flatMap((record) => {
      const twice = this.twice(record, row.line);
      if (twice === undefined) return [{ line: row.line, record }];
      summary[this.job.nounOf(record)].invalid += 1;
      if (isFirst) this.tell(progress, row.line, { outcome: 'invalid', reason: twice });
      return [];
    });
  }

  private read({ value, flaw }: Row): readonly R[] | { readonly flaw: string } {
    if (flaw !== undefined) return { flaw };
    try {
      return this.job.read(value);
    } catch (error) {
      if (error instanceof InvalidRow) return { flaw: error.message };
      throw error;
    }
  }

  private twice(record: R, line: number): string | undefined {
    for (const [field, value] of this.job.uniqueIn(record)) {
      const first = this.seen.firstOf(`${field} ${value}`, line);
      if (first !== line) return `has the same ${field} as ${this.file.unit} ${String(first)}`;
    }
    return undefined;
  }

  /** Each row that is not simply imported is named. What is there already is not worth a line. */
  private tell(progress: Progress, line: number, { outcome, reason = outcome }: Fate): void {
    if (outcome === 'unchanged') return;
    progress.end();
    const kind = { invalid: 'refused', conflict: 'conflict', skipped: 'left out', added: 'added' }[outcome];
    this.call.io.err(`${shown(this.file.name)}:${String(line)}: ${kind}: ${shown(reason)}\n`);
  }
}

function total({ users, tokens }: Summary, outcome: Fate['outcome']): number {
  return users[outcome] + tokens[outcome];
}

/** Why nothing may be changed. */
function refusalOf({ options }: CommandCall, summary: Summary): string | undefined {
  const invalid = total(summary, 'invalid') + summary.invalidRows;
  if (invalid > 0 && !options.skipInvalid) {
    return `${String(invalid)} rows cannot be imported, so nothing was changed: mend them, or give --skip-invalid`;
  }
  const conflicts = total(summary, 'conflict');
  if (conflicts > 0 && options.onConflict !== 'skip' && options.onConflict !== 'merge') {
    return `${String(conflicts)} rows conflict with what is here, so nothing was changed: decide by --on-conflict`;
  }
  return undefined;
}

function report(call: CommandCall, summary: Summary, isPlan: boolean, refusal: string | undefined): void {
  const { users, tokens, invalidRows } = summary;
  const value = { changed: !isPlan, refusal: refusal ?? null, users, tokens, invalid_rows: invalidRows };
  const line = (noun: string, counts: Counts): string =>
    `${noun}: ${String(counts.added)} ${isPlan ? 'to import' : 'imported'}, ${String(counts.unchanged)} there already, ` +
    `${String(counts.skipped + counts.conflict)} left out, ${String(counts.invalid)} refused\n`;
  const rows = invalidRows > 0 ? `${String(invalidRows)} rows could not be read\n` : '';
  if (refusal !== undefined) call.io.err(`${refusal}\n`);
  print(call, value, line('users', users) + line('tokens', tokens) + rows);
}
