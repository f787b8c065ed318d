/** The declaration of a dialect as one value. */
import type { DynamicModule, INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { DataSource } from 'typeorm';
import type { AssertionForm } from '../assertions/index.js';
import type { ChangeClass, CredentialForm, EntityClass, MigrationClass } from '../core/index.js';
import type { DialectExtras } from '../http/index.js';
import type { AccountExtension, DialectImports, PersonalTokenHandlesFactory } from '../identity/index.js';
import type { SettingsTable } from '../settings/index.js';

/** A dialect: one vendor's API over the shared token store. */
export interface Dialect {
  /** Its name in settings and addresses: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Its name for display, for example `Acme`. */
  readonly title: string;
  /** What it is for, in one sentence of plain text, as the first page shows it. */
  readonly purpose?: string;
  /** Its settings; their values become the options of its module. */
  readonly settings?: SettingsTable;
  /** Its database entities. */
  readonly entities?: readonly EntityClass[];
  /** Its migrations, which run in the order of their times together with those of all other parts. */
  readonly migrations?: readonly MigrationClass[];
  /** Its change classes by their `type`, used to restore changes that other instances send. */
  readonly changeClasses?: Readonly<Record<string, ChangeClass>>;
  /** The credentials that it issues. */
  readonly credentials?: DialectCredentials;
  /** Its settings and rows of accounts, whether or not it is served. */
  readonly accountExtension?: AccountExtension;
  /** Makes the handles of personal tokens, served or not; at most one dialect of a server may. */
  readonly personalTokenHandles?: PersonalTokenHandlesFactory;
  /** Options of its module that come from the server instead of settings. */
  readonly serverOptions?: (server: { readonly productVersion: string }) => object;
  /** A command to try after the first start on an empty database. */
  readonly firstCall?: (access: FirstAccess, baseUrl: string) => FirstCall;
  /** Reads users and tokens of servers that speak the same wire, for `latchkey import`. */
  readonly imports?: () => Promise<DialectImports>;
  /** Reads a file in which it exports the audit log: the rows, oldest first; `undefined` for any other file. */
  readonly readAuditExport?: (file: string) => Promise<readonly ExportedAuditRow[] | undefined>;
  /**
   * What `latchkey check` finds out about it.
   * @param settings - values of the {@link Dialect.settings}
   * @param dataSource - open, with the schema of this version
   */
  readonly findings?: (settings: object, dataSource: DataSource) => Promise<readonly DialectFinding[]>;
  /** Loads the parts that serve it; called only if the dialect is served. */
  readonly load: () => Promise<ServedDialect>;
}

/** The result of a check. */
export interface DialectFinding {
  /** One word. */
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  /** A sentence that says what to do. */
  readonly message: string;
}

/** A row of the audit log, read back from an export. */
export interface ExportedAuditRow {
  readonly id: number;
  /** The type of the change, for example `token.revoked`. */
  readonly type: string;
  readonly targetId: string | null;
  readonly targetName: string | null;
  /** Further facts, as the change has them. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** The credentials of a dialect. The data plane verifies them even if the dialect itself is not served. */
export interface DialectCredentials {
  /** Settings of their forms: the group `credentials` of the dialect's settings. */
  readonly settings?: SettingsTable;
  /** @param options - values of the {@link DialectCredentials.settings}, all optional */
  forms(options: object): readonly CredentialForm[];
  /** What applications receive, to check by themselves who was admitted. */
  readonly assertions?: readonly AssertionForm[];
}

/** The parts of a dialect that serve it. */
export interface ServedDialect {
  readonly module: Type & { forRoot(options: object & DialectExtras): DynamicModule };
  /** Further modules that belong to it and are mounted at paths of their own; they have no options. */
  readonly alongside?: readonly (Type & { forRoot(options: DialectExtras): DynamicModule })[];
  /** Its OpenAPI document without the paths. */
  readonly document: () => Omit<OpenAPIObject, 'paths'>;
  /** The id of an account in the examples of the document; the server shows the id of its own first account instead. */
  readonly exampleAccountId?: string;
  /** Completes the document that was generated from the module. */
  readonly completeDocument?: (document: OpenAPIObject, app: INestApplication) => OpenAPIObject;
  /** Called when the server stops, before it waits for requests in progress: ends those that would never end. */
  readonly beforeStop?: (app: INestApplicationContext) => void;
}

/** What the first start has created, in the form used in shell commands. */
export interface FirstAccess {
  readonly email: string;
  /** `undefined` if it was set by the variable `ADMIN_PASSWORD`. */
  readonly password: string | undefined;
  /** A personal token, or a reference to the variable that holds it; to be put into double quotes. */
  readonly token: string;
  readonly accountId: string;
  readonly accountName: string;
}

/** A command to paste into a shell, and what it does. */
export interface FirstCall {
  /** Without a full stop, for example `Create a key, as clients of Acme do`. */
  readonly intro: string;
  readonly command: string;
}

/** Declares a dialect. */
export function defineDialect(dialect: Dialect): Dialect {
  return dialect;
}
