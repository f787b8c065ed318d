/** Bootstraps an empty database: the first administrator, their account and their token. */
import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  DomainError,
  HashingService,
  SYSTEM,
  Secret,
  UniqueViolation,
  UnitOfWork,
  UserDirectory,
  type Transaction,
} from '../core/index.js';
import { defaultsOf } from '../settings/index.js';
import { AccountService } from './account.service.js';
import { newHexId } from './hex-id.js';
import { checkGivenSecrets } from './first-start-check.js';
import { FIRST_START_SETTINGS } from './identity.settings.js';
import { LocalUserDirectory } from './local-user-directory.js';
import { MembershipService } from './membership.service.js';
import { PersonalTokenService } from './personal-token.service.js';
import { ServerValue } from './server-value.entity.js';
import { User } from './user.entity.js';
import { UserService } from './user.service.js';

/** A setting that only one instance can create; that instance does the first start. */
const FIRST_START = 'first-start';

/** Values to use instead of generated ones. */
export interface BootstrapOptions {
  readonly adminEmail?: string | undefined;
  /** At least as long as {@link BootstrapOptions.adminPasswordMinLength}, which is 12 by default. */
  readonly adminPassword?: Secret | undefined;
  readonly adminPasswordMinLength?: number | undefined;
  /** 43 random base64url characters. */
  readonly adminToken?: Secret | undefined;
  /** 32 lower-case hex characters. */
  readonly accountId?: string | undefined;
  readonly accountName?: string | undefined;
}

/** What was created, with the secrets, which cannot be read again later. */
export interface BootstrapResult {
  readonly email: string;
  readonly password: Secret;
  readonly token: Secret;
  readonly accountId: string;
  readonly accountName: string;
}

/**
 * Hands the credentials over just before they are committed: if it throws, nothing is created.
 * @returns a function that takes them back, for a commit that failed
 */
export type DeliverCredentials = (result: BootstrapResult) => () => void;

/** Creates the first administrator, account and token, once in the life of a database. */
@Injectable()
export class Bootstrap {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly users: UserService,
    private readonly accounts: AccountService,
    private readonly memberships: MembershipService,
    private readonly personalTokens: PersonalTokenService,
    private readonly hashing: HashingService,
    private readonly directory: UserDirectory,
  ) {}

  /**
   * Checks the options if they will be used, that is on an empty database.
   * @returns whether they will
   * @throws FirstStartError
   */
  async check(options: BootstrapOptions): Promise<boolean> {
    const isNeeded = await this.isNeeded();
    if (isNeeded) checkGivenSecrets(options);
    return isNeeded;
  }

  /**
   * Bootstraps an empty database. Returns `null` if it is not empty or another instance was first.
   * @throws FirstStartError, and what `deliver` throws
   */
  async run(options: BootstrapOptions, deliver?: DeliverCredentials): Promise<BootstrapResult | null> {
    this.requireOwnUsers();
    if (!(await this.isNeeded())) return null;
    checkGivenSecrets(options);
    const { adminEmail, accountName } = defaultsOf(FIRST_START_SETTINGS);
    const result: BootstrapResult = {
      email: options.adminEmail ?? adminEmail,
      password: options.adminPassword ?? new Secret(randomBytes(18).toString('base64url')),
      token: options.adminToken ?? this.hashing.newSecret(),
      accountId: options.accountId ?? newHexId(),
      accountName: options.accountName ?? accountName,
    };
    const passwordHash = await this.hashing.hashPassword(result.password);
    const prepared = await this.personalTokens.prepare(result.token);
    let takeBack: (() => void) | undefined;
    try {
      await this.unitOfWork.write(SYSTEM, async (tx) => {
        await tx.manager.insert(ServerValue, { name: FIRST_START, value: tx.now.toISOString() });
        const admin = await this.createAdmin(tx, result, passwordHash);
        await this.accounts.insert(tx, { id: result.accountId, name: result.accountName });
        await this.memberships.insert(tx, result.accountId, admin.id, 'administrator');
        await this.personalTokens.insert(tx, admin.id, 'First token', prepared);
        // The work may run more than once.
        takeBack?.();
        takeBack = deliver?.(result);
      });
    } catch (error) {
      if (error instanceof UniqueViolation) return null;
      const isCommitted = await this.isCommitted();
      if (isCommitted) return result;
      if (isCommitted === false) takeBack?.();
      throw error;
    }
    return result;
  }

  /** The administrator that it creates would be nobody in the directory of a host, and the token would open nothing. */
  private requireOwnUsers(): void {
    if (this.directory instanceof LocalUserDirectory) return;
    throw new DomainError(
      'not_permitted',
      'the first start creates an administrator of Latchkey’s own, whom the UserDirectory of the host does not have: ' +
        'leave Bootstrap out. AccountService.create(SYSTEM, name, { id }) makes an account, and ' +
        'TokensApi.issue({ kind: "personal_token", owner: id, name }) a token for a user of the host',
    );
  }

  /** A connection that was lost during the commit does not tell. `undefined` if it cannot be found out now. */
  private async isCommitted(): Promise<boolean | undefined> {
    return this.isNeeded().then(
      (isNeeded) => !isNeeded,
      () => undefined,
    );
  }

  private async isNeeded(): Promise<boolean> {
    return !(await this.unitOfWork.read((manager) => manager.existsBy(User, {})));
  }

  private createAdmin(tx: Transaction, { email }: BootstrapResult, passwordHash: string): Promise<User> {
    const rights = { admin: true, approved: true, blocked: false };
    return this.users.insert(tx, { email, name: 'Administrator', passwordHash, ...rights });
  }
}
