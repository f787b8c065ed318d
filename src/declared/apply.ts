/** Makes a server have what is declared: the plan, and carrying it out in one transaction. */
import type { EntityManager } from 'typeorm';
import { DomainError, EntryRefused, UniqueViolation, type Transaction } from '../core/index.js';
import { User, isAnyAbleToSignIn, storedPolicy } from '../identity/index.js';
import { planAccounts } from './account-plan.js';
import { planApplications } from './application-plan.js';
import type { Parts } from './parts.js';
import { Plan, type PlanOptions, type Step } from './plan.js';
import { planPolicies } from './policy-plan.js';
import { readPolicies } from './present-policies.js';
import { readPresent } from './present.js';
import type { Declaration, DeclarationReading } from './reading.js';
import { planTokens } from './token-plan.js';
import { planUsers } from './user-plan.js';

/** A step could not be carried out, so nothing was changed. */
export class StepFailed extends Error {
  constructor(
    readonly step: Step,
    reason: string,
  ) {
    super(reason);
  }
}

/** Compares what a server has with what is declared. Faults are in the plan. */
export async function planOf(
  manager: EntityManager,
  parts: Parts,
  declaration: Declaration,
  reading: DeclarationReading,
  options: PlanOptions,
): Promise<Plan> {
  const present = await readPresent(manager, parts, declaration);
  const plan = new Plan(manager, parts, declaration, options, present);
  await planAccounts(plan);
  await planUsers(plan);
  await planTokens(plan, ['personal_token', ...Object.keys(reading.tokens.kinds)]);
  if (reading.applications) {
    const policies = await readPolicies(plan);
    await planPolicies(plan, policies, reading.applications.tokenKind);
    await planApplications(plan, policies, reading.applications);
  }
  return plan;
}

/**
 * Carries out a plan that was made with the rows of this transaction.
 * @throws StepFailed, DomainError
 */
export async function carryOut(tx: Transaction, plan: Plan): Promise<void> {
  const isFirst = !(await tx.manager.existsBy(User, {}));
  for (const steps of plan.work) {
    const [first] = steps;
    if (!first) continue;
    try {
      await (first.batch ? first.batch.carryOut(tx, steps) : first.run?.(tx));
    } catch (error) {
      throw failureOf(error, steps, first);
    }
  }
  if (!isFirst || !plan.hasChanges) return;
  const { passwordLogin } = await storedPolicy(tx.manager);
  if (await isAnyAbleToSignIn(tx.manager, passwordLogin)) return;
  throw new DomainError(
    'last_admin',
    'no administrator could sign in: start the server once, and it makes one, or declare one with a password_hash',
  );
}

function failureOf(error: unknown, steps: readonly Step[], first: Step): unknown {
  if (error instanceof EntryRefused) return new StepFailed(steps[error.at] ?? first, error.message);
  if (error instanceof DomainError) return new StepFailed(first, error.message);
  if (!(error instanceof UniqueViolation)) return error;
  const which = steps.length > 1 ? `, or one of the ${String(steps.length - 1)} after it in its section:` : ':';
  return new StepFailed(first, `something else has that already${which} ${error.rule}`);
}
