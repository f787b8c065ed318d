/** The settings stored in the database: permanent constants, and the policy that administrators can change. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SYSTEM, UnitOfWork, type Actor } from '../core/index.js';
import { SettingsChanged } from './changes.js';
import { IDENTITY_OPTIONS, type IdentityOptions } from './options.js';
import { ServerValue } from './server-value.entity.js';

/** The settings that administrators can change at run time. */
export interface ServerPolicy {
  serverName: string;
  /** The address under which clients reach this server; `''` if not set. */
  externalUrl: string;
  /** Whether new users need approval, unless they are created as approved. */
  requireAdminApproval: boolean;
  /** Whether users may sign in with a password. Tokens work in any case. */
  passwordLogin: boolean;
  /** Minimum number of characters of a new password. */
  passwordMinLength: number;
  /** The domains that new e-mail addresses of users may have, in lower-case ASCII; none, or `*`, allows all. */
  domainAllowList: readonly string[];
}

/** The policy but for values whose defaults are settings. */
type StoredServerPolicy = Omit<ServerPolicy, 'passwordMinLength'> & Partial<ServerPolicy>;

const DEFAULT_POLICY: StoredServerPolicy = {
  serverName: 'Latchkey',
  externalUrl: '',
  requireAdminApproval: false,
  passwordLogin: true,
  domainAllowList: [],
};

const POLICY = 'policy';
const SERVER_ID = 'server-id';

@Injectable()
export class ServerSettings {
  /** Values that never change once they are created. */
  private readonly constants = new Map<string, string>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(IDENTITY_OPTIONS) private readonly options: IdentityOptions,
  ) {}

  /** A UUID that identifies this server for the life of its database. */
  serverId(): Promise<string> {
    return this.constant(SERVER_ID, () => Promise.resolve(randomUUID()));
  }

  /** The current policy, read from the database each time so that every instance sees changes at once. */
  policy(): Promise<ServerPolicy> {
    return this.unitOfWork.read(async (manager) => this.complete(await chosenValues(manager)));
  }

  /**
   * Changes the given values and returns the whole policy.
   * @throws DomainError `last_admin`
   */
  async changePolicy(actor: Actor, changes: Partial<ServerPolicy>): Promise<ServerPolicy> {
    return this.unitOfWork.write(actor, async (tx) => {
      await insertUnlessThere(tx.manager, POLICY, '{}');
      await tx.lockForUpdate(ServerValue, { name: POLICY });
      const chosen = await chosenValues(tx.manager);
      const before = this.complete(chosen);
      const fields = (Object.keys(changes) as (keyof ServerPolicy)[]).filter(
        (key) => !isDeepStrictEqual(before[key], changes[key]),
      );
      if (fields.length === 0) return before;
      // What nobody has chosen is not stored, so that it follows the defaults.
      const value = { ...chosen, ...Object.fromEntries(fields.map((key) => [key, changes[key]])) };
      await tx.manager.update(ServerValue, { name: POLICY }, { value: JSON.stringify(value) });
      tx.record(new SettingsChanged({ fields }));
      return this.complete(value);
    });
  }

  private complete(chosen: Partial<ServerPolicy>): ServerPolicy {
    return { ...DEFAULT_POLICY, passwordMinLength: this.options.passwords.minLength, ...chosen };
  }

  /** A value that never changes once it was made: the first instance that asks for it makes it. */
  async constant(name: string, make: () => Promise<string>): Promise<string> {
    const known = this.constants.get(name);
    if (known !== undefined) return known;
    const value = (await this.stored(name)) ?? (await this.createOnce(name, await make()));
    this.constants.set(name, value);
    return value;
  }

  private async stored(name: string): Promise<string | undefined> {
    return (await this.unitOfWork.read((manager) => manager.findOneBy(ServerValue, { name })))?.value;
  }

  private createOnce(name: string, value: string): Promise<string> {
    return this.unitOfWork.write(SYSTEM, async ({ manager }) => {
      await insertUnlessThere(manager, name, value);
      return (await manager.findOneByOrFail(ServerValue, { name })).value;
    });
  }
}

/** The policy, for work that has a transaction open. */
export async function storedPolicy(manager: EntityManager): Promise<StoredServerPolicy> {
  return { ...DEFAULT_POLICY, ...(await chosenValues(manager)) };
}

async function chosenValues(manager: EntityManager): Promise<Partial<ServerPolicy>> {
  const row = await manager.findOneBy(ServerValue, { name: POLICY });
  return row ? (JSON.parse(row.value) as Partial<ServerPolicy>) : {};
}

/** Stores a value, unless there is one of that name. */
export async function insertUnlessThere(manager: EntityManager, name: string, value: string): Promise<void> {
  await manager.createQueryBuilder().insert().into(ServerValue).values({ name, value }).orIgnore().execute();
}
