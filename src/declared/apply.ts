/** Makes a server have what is declared: the plan, and carrying it out in one transaction. */
import type { EntityManager } from 'typeorm';
import { DomainError, UniqueViolation, type Transaction } from '../core/index.js';
import { User, isAnyAbleToSignIn, storedPolicy } from '../identity/index.js';
import { planAccounts } from './account-plan.js';
import { planApplications } from './application-plan.js';
import type { Parts } from './parts.js';
import { Plan, type PlanOptions, type Step } from './plan.js';
import { planPolicies } from './policy-plan.js';
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
  const plan = new Plan(manager, parts, declaration, options);
  await planAccounts(plan);
  await planUsers(plan);
  await planTokens(plan, ['personal_token', ...Object.keys(reading.tokens.kinds)]);
  if (reading.applications) {
    await planPolicies(plan, reading.applications.tokenKind);
    await planApplications(plan, reading.applications);
  }
  return plan;
}

/**
 * Carries out a plan that was made with the rows of this transaction.
 * @throws StepFailed, DomainError
 */
export async function carryOut(tx: Transaction, plan: Plan): Promise<void> {
  const isFirst = !(await tx.manager.existsBy(User, {}));
  for (const step of plan.steps) {
    try {
      await step.run?.(tx);
    } catch (error) {
      if (error instanceof DomainError) throw new StepFailed(step, error.message);
      if (error instanceof UniqueViolation)
        throw new StepFailed(step, `something else has that already (${error.rule})`);
      throw error;
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
