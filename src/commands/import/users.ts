/** `import users`: brings users with the bcrypt hashes of their passwords. */
import type { INestApplicationContext } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Transaction } from '../../core/index.js';
import { ImportedUsers, addressForms, type ForeignUser } from '../../identity/index.js';
import type { ExitCode } from '../../cli/index.js';
import { withServices, type CommandCall } from '../command-context.js';
import { decisionOf, originOf } from './choices.js';
import { rowFile } from './csv.js';
import { runImport, type ConflictDecision, type Fate, type ImportJob, type Placed } from './import-run.js';
import { readUserRow } from '../../declared/index.js';
import { UsersImport } from './users-import.js';

/** `import users FILE` */
export async function importUsers(call: CommandCall): Promise<ExitCode> {
  const [name = ''] = call.words;
  const file = rowFile(name);
  return withServices(call, (services) =>
    runImport(call, services, file, new UserFileImport(services, originOf(call), decisionOf(call))),
  );
}

class UserFileImport implements ImportJob<ForeignUser> {
  private readonly importing: UsersImport;

  constructor(services: INestApplicationContext, origin: string, decision: ConflictDecision) {
    this.importing = new UsersImport(services.get(ImportedUsers), origin, decision);
  }

  nounOf(): 'users' {
    return 'users';
  }

  read(value: unknown): readonly ForeignUser[] {
    return [readUserRow(value)];
  }

  uniqueIn({ email }: ForeignUser): (readonly [string, string])[] {
    return addressForms(email).map((form) => ['e-mail address', form] as const);
  }

  examine(manager: EntityManager, batch: readonly Placed<ForeignUser>[]): Promise<Fate[]> {
    return this.importing.examine(
      manager,
      batch.map(({ record }) => record),
    );
  }

  apply(tx: Transaction, batch: readonly Placed<ForeignUser>[]): Promise<Fate[]> {
    return this.importing.apply(
      tx,
      batch.map(({ record }) => record),
    );
  }
}
