/** Checks the secrets that are given for the first administrator, when they are about to be used. */
import { looksRandom, preparedPassword, type Secret } from '../core/index.js';
import { defaultsOf } from '../settings/index.js';
import { isHexId } from './hex-id.js';
import { FIRST_START_SETTINGS } from './identity.settings.js';

/** A given value that is refused. */
export interface FirstStartProblem {
  /** The name of the option. */
  readonly option: 'adminPassword' | 'adminToken' | 'accountId';
  /** What is wrong, and what to give instead; follows the name of the option. */
  readonly problem: string;
}

/** The first start was given secrets that are too easy to guess; the message names each. */
export class FirstStartError extends Error {
  constructor(readonly problems: readonly FirstStartProblem[]) {
    super(problems.map(({ option, problem }) => `${option} ${problem}`).join('; '));
  }
}

interface GivenSecrets {
  readonly adminPassword?: Secret | undefined;
  readonly adminToken?: Secret | undefined;
  readonly adminPasswordMinLength?: number | undefined;
  readonly accountId?: string | undefined;
}

/** @throws FirstStartError */
export function checkGivenSecrets({
  adminPassword,
  adminToken,
  adminPasswordMinLength,
  accountId,
}: GivenSecrets): void {
  const least = adminPasswordMinLength ?? defaultsOf(FIRST_START_SETTINGS).adminPasswordMinLength;
  const problems: FirstStartProblem[] = [];
  const length = adminPassword && Array.from(preparedPassword(adminPassword.reveal())).length;
  if (length !== undefined && length < least) {
    const problem = `has ${String(length)} characters; give at least ${String(least)}, or none to have one generated`;
    problems.push({ option: 'adminPassword', problem });
  }
  if (adminToken && !looksRandom(adminToken.reveal())) {
    const problem =
      'is easy to guess; give random characters, for example from: ' +
      `node -p "crypto.randomBytes(32).toString('base64url')", or none to have them generated`;
    problems.push({ option: 'adminToken', problem });
  }
  if (accountId !== undefined && !isHexId(accountId)) {
    const problem = 'is not an id; give 32 hexadecimal digits in lower case, such as a UUID without its hyphens';
    problems.push({ option: 'accountId', problem });
  }
  if (problems.length > 0) throw new FirstStartError(problems);
}
