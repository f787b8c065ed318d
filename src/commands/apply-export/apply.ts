/** `apply`: makes the server have what a file declares, after a plan. */
import { createInterface } from 'node:readline';
import type { INestApplicationContext } from '@nestjs/common';
import { COMMAND_LINE, DomainError, UnitOfWork } from '../../core/index.js';
import {
  StepFailed,
  carryOut,
  partsOf,
  planOf,
  readDeclaration,
  readYaml,
  type Declaration,
  type DeclarationReading,
  type Path,
  type Plan,
} from '../../declared/index.js';
import { Connection, moveIdsForward } from '../../persistence/index.js';
import { EXIT, type ExitCode } from '../../cli/index.js';
import { CommandError, print, withServices, type CommandCall } from '../command-context.js';
import { faultLines, placed, planLines, planSummary, planValue, type PlacedFault } from './plan-text.js';
import { readingOf, textOf } from './reading.js';

/** `apply FILE` */
export async function apply(call: CommandCall): Promise<ExitCode> {
  const [name = ''] = call.words;
  if (call.options.plan && call.options.yes) throw new CommandError('give --plan or --yes, not both');
  const reading = await readingOf(call);
  const yaml = await readYaml(await textOf(call, name));
  if (yaml.flaws.length > 0) {
    return refuse(
      call,
      yaml.flaws.map((flaw) => ({ file: name, ...flaw })),
    );
  }
  const { declaration, faults } = readDeclaration(yaml.value, reading);
  const file: DeclaredFile = {
    reading,
    declaration,
    lineOf: yaml.lineOf,
    faults: placed(name, faults, yaml.lineOf),
    name,
  };
  return withServices(call, (services) => new Application(call, services, file).run());
}

interface DeclaredFile {
  readonly name: string;
  readonly reading: DeclarationReading;
  readonly declaration: Declaration;
  readonly faults: readonly PlacedFault[];
  readonly lineOf: (path: Path) => number;
}

function refuse(call: CommandCall, faults: readonly PlacedFault[]): ExitCode {
  const count = faults.length === 1 ? '1 fault' : `${String(faults.length)} faults`;
  const refusal = `the file has ${count}, so nothing was changed`;
  call.io.err(`${faultLines(faults)}${refusal}\n`);
  print(call, { changed: false, refusal, faults }, '');
  return EXIT.failed;
}

/** One file that is applied. */
class Application {
  private readonly unitOfWork: UnitOfWork;

  constructor(
    private readonly call: CommandCall,
    private readonly services: INestApplicationContext,
    private readonly file: DeclaredFile,
  ) {
    this.unitOfWork = services.get(UnitOfWork);
  }

  async run(): Promise<ExitCode> {
    const { call, file } = this;
    const plan = await this.unitOfWork.read((manager) => this.plan(manager));
    const faults = [...file.faults, ...placed(file.name, plan.faults, file.lineOf)];
    if (faults.length > 0) {
      return refuse(
        call,
        faults.sort((one, other) => one.line - other.line),
      );
    }
    const { json } = call.options;
    const isOver = call.options.plan === true || !plan.hasChanges;
    if (!json) call.io.out(planLines(plan) + (isOver ? planSummary(plan, false) : ''));
    if (isOver) {
      if (json) print(call, planValue(plan, false), '');
      return EXIT.done;
    }
    const isAsked = call.options.yes !== true;
    if (isAsked) await this.confirm(plan);
    await this.reserveIds();
    const done = await this.carryOut(isAsked ? planLines(plan) : undefined);
    print(call, planValue(done, true), planSummary(done, true));
    return EXIT.done;
  }

  private plan(manager: Plan['manager']): Promise<Plan> {
    const { prune = false, replaceSecrets = false } = this.call.options;
    const { declaration, reading } = this.file;
    return planOf(manager, partsOf(this.services), declaration, reading, { prune, replaceSecrets });
  }

  /** @param agreed - what was agreed to; `undefined` if nobody was asked */
  private async carryOut(agreed: string | undefined): Promise<Plan> {
    try {
      return await this.unitOfWork.write(COMMAND_LINE, async (tx) => {
        // With the rows of this transaction: something may have changed meanwhile.
        const plan = await this.plan(tx.manager);
        const isOther = plan.faults.length > 0 || (agreed !== undefined && planLines(plan) !== agreed);
        if (isOther)
          throw new CommandError('the server was changed meanwhile, so nothing was done: look at the plan again');
        await carryOut(tx, plan);
        return plan;
      });
    } catch (error) {
      if (error instanceof StepFailed) throw this.failureOf(error);
      if (error instanceof DomainError) throw new CommandError(`${error.message}; nothing was changed`);
      throw error;
    }
  }

  private failureOf({ step: { action, noun, name, path }, message }: StepFailed): CommandError {
    const place = path ? `${this.file.name}:${String(this.file.lineOf(path))}: ` : '';
    return new CommandError(`${place}cannot ${action} ${noun} ${name}: ${message}; nothing was changed`);
  }

  /** So that no server gives out an id that is about to be given. */
  private async reserveIds(): Promise<void> {
    const ids = (this.file.declaration.users ?? []).flatMap(({ value }) => value.id ?? []);
    if (ids.length === 0) return;
    const largest = ids.reduce((one, other) => Math.max(one, other));
    await moveIdsForward(this.services.get(Connection).dataSource, 'latchkey_user', 0, largest);
  }

  /** @throws CommandError unless somebody agrees */
  private async confirm(plan: Plan): Promise<void> {
    const { stdin, err } = this.call.io;
    if (!stdin.isTTY || this.file.name === '-') {
      throw new CommandError('nothing was changed: give --yes to apply this, or --plan to only see it');
    }
    err(`${planSummary(plan, false)}Apply this? Only "yes" does: `);
    const lines = createInterface({ input: stdin });
    const answer = await lines[Symbol.asyncIterator]().next();
    lines.close();
    if (answer.done !== true && answer.value.trim() === 'yes') return;
    throw new CommandError('nothing was changed');
  }
}
