/** Warns at every start of existing names that somebody should look at, until they are changed. */
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { In, type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { SYSTEM, UnitOfWork, errorSummary } from '../../core/index.js';
import { Account } from '../account.entity.js';
import { ServerValue } from '../server-value.entity.js';
import { User } from '../user.entity.js';
import { readAccountName } from './account-name.js';
import { readEmailAddress } from './email-address.js';
import type { Flawed, Label } from './label.js';
import { formsOf } from './name-forms.js';
import { NAMES_TO_REVIEW, type ReviewList } from './review-list.js';
import { TakenName, type NameScope } from './taken-name.entity.js';

/** Ids in one line of the log. */
const NAMED = 20;

@Injectable()
export class ReviewWarning implements OnApplicationBootstrap {
  private readonly logger = new Logger('Names');

  constructor(private readonly unitOfWork: UnitOfWork) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.warn();
    } catch (error) {
      this.logger.error(`could not read which names need a review: ${errorSummary(error)}`);
    }
  }

  private async warn(): Promise<void> {
    const left = await this.unitOfWork.read(stillToReview);
    if (!left) return;
    const { users, accounts } = left;
    if (users.length > 0) this.logger.warn(textFor(users, 'user', 'e-mail address', 'user.email_needs_review'));
    if (accounts.length > 0) this.logger.warn(textFor(accounts, 'account', 'name', 'account.name_needs_review'));
    if (users.length + accounts.length > 0) return;
    await this.unitOfWork.write(SYSTEM, async ({ manager }) => {
      await manager.delete(ServerValue, { name: NAMES_TO_REVIEW });
    });
  }
}

function textFor(ids: readonly string[], target: string, name: string, action: string): string {
  const [shown, more] = [ids.slice(0, NAMED).join(', '), ids.length - NAMED];
  return (
    `the ${name} of each of these ${target}s is that of an older one, looks like it, or is no longer allowed: ` +
    `${shown}${more > 0 ? ` and ${String(more)} more` : ''}. They can still sign in. Give them another ${name}; ` +
    `the audit log says why (${action})`
  );
}

async function stillToReview(manager: EntityManager): Promise<ReviewList | null> {
  const stored = await manager.findOneBy(ServerValue, { name: NAMES_TO_REVIEW });
  if (!stored) return null;
  const { users, accounts } = JSON.parse(stored.value) as ReviewList;
  const emails = await labelled(manager, User, users.map(Number), ({ id, email }) => [id, readEmailAddress(email)]);
  const names = await labelled(manager, Account, accounts, ({ id, name }) => [id, readAccountName(name)]);
  return {
    users: await unowned(manager, 'email', emails),
    accounts: await unowned(manager, 'account', names),
  };
}

type Labelled = readonly [id: string | number, label: Label | Flawed];

async function labelled<E extends ObjectLiteral & { id: string | number }>(
  manager: EntityManager,
  entity: EntityTarget<E>,
  ids: readonly E['id'][],
  label: (row: E) => Labelled,
): Promise<Labelled[]> {
  return (await manager.getRepository(entity).findBy({ id: In([...ids]) } as never)).map(label);
}

/** The ids of those that do not have their name to themselves. */
async function unowned(manager: EntityManager, scope: NameScope, all: readonly Labelled[]): Promise<string[]> {
  const left: string[] = [];
  for (const [id, label] of all) {
    const forms = 'flaw' in label ? [] : formsOf(label);
    const own = { scope, key: In(forms), owner: String(id) };
    if (forms.length === 0 || (await manager.countBy(TakenName, own)) < forms.length) left.push(String(id));
  }
  return left;
}
