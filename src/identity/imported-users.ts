/** Stores users of other servers, many at a time, and remembers where they came from. */
import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { insertRows, type ForeignToken, type RowMembers, type Secret, type Transaction } from '../core/index.js';
import { UserCreated } from './changes.js';
import { ImportedUser } from './imported-user.entity.js';
import { readEmailAddress } from './labels/email-address.js';
import type { Label } from './labels/label.js';
import { formsOf, isLook } from './labels/name-forms.js';
import { TakenName } from './labels/taken-name.entity.js';
import { storeUsers } from './stored-users.js';
import { User } from './user.entity.js';

/** A user of another server. */
export interface ForeignUser {
  /** What identifies them there. */
  readonly foreignId: string;
  /** The id that they should have here, from 1000 up; `null` for a new one. */
  readonly id: number | null;
  /** Valid, in the form of `readEmailAddress`. */
  readonly email: string;
  readonly name: string;
  readonly admin: boolean;
  readonly approved: boolean;
  readonly blocked: boolean;
  /** bcrypt, 60 characters. */
  readonly passwordHash: string | null;
  readonly createdAt: Date | null;
  readonly lastLoginAt: Date | null;
}

/** A record of another server's listing: a user, or a token of one. */
export type ListedRecord =
  | { readonly noun: 'user'; readonly user: ForeignUser }
  | { readonly noun: 'token'; readonly foreignUserId: string; readonly token: ForeignToken };

/** What a dialect reads of the servers whose wire it speaks. Both throw `InvalidRow` for what cannot be imported. */
export interface DialectImports {
  /** The records of a row of a server's listing. */
  readonly listing?: (row: unknown) => readonly ListedRecord[];
  /** The rows of a running server, read over its API by an administrator's token: users by id, after a given one. */
  readonly live?: (base: URL, token: Secret, after: number) => AsyncIterable<object>;
  /** What the tokens of its kinds have that others do not, by kind; `created` is when the token was issued. */
  readonly tokens?: Readonly<
    Record<string, (row: RowMembers, created: Date) => Pick<ForeignToken, 'handle' | 'expiresAt' | 'own'>>
  >;
  /** What applications and policies get that are declared in a file. */
  readonly applications?: DeclaredApplications;
}

/** How a dialect sees applications that none of its clients made. */
export interface DeclaredApplications {
  /** What kind of application it is, in the words of the dialect. */
  readonly type: string;
  /** The kind of token that the rules of policies are about. */
  readonly tokenKind: string;
  readonly isSessionDuration: (text: string) => boolean;
  /** The members by which clients of the dialect see the addresses; those that are `undefined` are taken away. */
  readonly shownAddresses: (addresses: readonly string[]) => Readonly<Record<string, unknown>>;
}

/** What is known of a user that may have been imported before. */
export interface KnownForeignUser {
  readonly user: ForeignUser;
  /** The id here, if the user was imported from this origin. */
  readonly importedAs: number | undefined;
  /** Whether that user was deleted since. */
  readonly isDeleted: boolean;
  /** The user with the same e-mail address, or with one that looks the same. */
  readonly sameAddress: number | undefined;
  /** Whether the addresses only look the same. */
  readonly isLook: boolean;
  /** The user with the same id. */
  readonly sameId: number | undefined;
}

@Injectable()
export class ImportedUsers {
  /** What is known of users, in their order. */
  async known(manager: EntityManager, origin: string, users: readonly ForeignUser[]): Promise<KnownForeignUser[]> {
    const before = await manager.findBy(ImportedUser, {
      origin,
      foreignId: In(users.map(({ foreignId }) => foreignId)),
    });
    const importedAs = new Map(before.map((row) => [row.foreignId, row.userId]));
    const wanted = [...importedAs.values(), ...users.flatMap(({ id }) => id ?? [])];
    const present = await manager.find(User, { select: { id: true }, where: { id: In(wanted) } });
    const ids = new Set(present.map(({ id }) => id));
    const forms = users.map(({ email }) => addressForms(email));
    const taken = await manager.findBy(TakenName, { scope: 'email', key: In(forms.flat()) });
    const owners = new Map(taken.map(({ key, owner }) => [key, Number(owner)]));
    return users.map((user, at) => {
      const here = importedAs.get(user.foreignId);
      const held = forms[at]?.find((form) => owners.has(form));
      return {
        user,
        importedAs: here,
        isDeleted: here !== undefined && !ids.has(here),
        sameAddress: held === undefined ? undefined : owners.get(held),
        isLook: held !== undefined && isLook(held),
        sameId: user.id !== null && ids.has(user.id) ? user.id : undefined,
      };
    });
  }

  /** Stores users whose addresses and ids are free. @returns their ids here, in their order */
  async insert(tx: Transaction, origin: string, users: readonly ForeignUser[]): Promise<number[]> {
    if (users.length === 0) return [];
    const { manager, now } = tx;
    const created = await storeUsers(
      manager,
      users.map(({ foreignId: _foreignId, createdAt, ...values }) => ({
        ...values,
        createdAt: createdAt ?? now,
        updatedAt: now,
      })),
    );
    await this.nameAll(tx, created);
    for (const user of created) tx.record(new UserCreated(user));
    const ids = created.map(({ id }) => id);
    await this.remember(manager, origin, users, ids);
    return ids;
  }

  /** Remembers as whom users of another server are known here. */
  async remember(
    manager: EntityManager,
    origin: string,
    users: readonly Pick<ForeignUser, 'foreignId'>[],
    ids: readonly number[],
  ): Promise<void> {
    const rows = users.map(({ foreignId }, at) => ({ origin, foreignId, userId: ids[at] ?? 0 }));
    if (rows.length > 0) await insertRows(manager, ImportedUser, rows);
  }

  /** The ids here of users of another server, by their ids there. */
  async idsOf(manager: EntityManager, origin: string, foreignIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await manager.findBy(ImportedUser, { origin, foreignId: In([...new Set(foreignIds)]) });
    const present = await manager.find(User, {
      select: { id: true },
      where: { id: In(rows.map((row) => row.userId)) },
    });
    const ids = new Set(present.map(({ id }) => id));
    return new Map(rows.filter(({ userId }) => ids.has(userId)).map((row) => [row.foreignId, row.userId]));
  }

  private async nameAll({ manager }: Transaction, users: readonly User[]): Promise<void> {
    const rows = users.flatMap(({ id, email }) =>
      addressForms(email).map((key) => ({ scope: 'email' as const, key, owner: String(id), freedAt: null })),
    );
    await insertRows(manager, TakenName, rows);
  }
}

/** The forms of a valid address, each of which only one user can have. */
export function addressForms(email: string): string[] {
  return formsOf(labelOf(email));
}

function labelOf(email: string): Label {
  const label = readEmailAddress(email);
  if ('flaw' in label) throw new TypeError(`the address was not checked: ${label.flaw}`);
  return label;
}
