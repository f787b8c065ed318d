/** What a dialect brings, as one value. */
import type { DynamicModule, INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { ChangeClass, CredentialForm, EntityClass, MigrationClass, OptionRules } from '../core/index.js';
import type { DialectExtras } from '../http/index.js';
import type { SettingsTable } from '../settings/index.js';

/** A dialect: one vendor's API over the one store of tokens. */
export interface Dialect {
  /** Names it in settings and addresses: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Names it for people, for example `Cloudflare`. */
  readonly title: string;
  /** What can be set of it. The values are the options of its module. */
  readonly settings?: SettingsTable;
  /** What it keeps in the database. */
  readonly entities?: readonly EntityClass[];
  /** The steps by which its part of the schema came to be; those of all parts run in the order of their times. */
  readonly migrations?: readonly MigrationClass[];
  /** Its own changes by their `type`, so that one from another instance gets its methods back. */
  readonly changeClasses?: Readonly<Record<string, ChangeClass>>;
  /** The credentials that it issues. */
  readonly credentials?: DialectCredentials;
  /** Options of its module that depend on the server rather than on settings. */
  readonly serverOptions?: (server: { readonly productVersion: string }) => object;
  /** A first command for whoever has started the server on an empty database. */
  readonly firstCall?: (access: FirstAccess, baseUrl: string) => FirstCall;
  /** What serves it. Loaded only where it is served. */
  readonly load: () => Promise<ServedDialect>;
}

/** The credentials of a dialect, which the data plane checks whether or not the dialect itself is served. */
export interface DialectCredentials {
  /** What can be set of their forms: the group `credentials` of the dialect's settings. */
  readonly settings?: SettingsTable;
  /** The same for what a host gives. */
  readonly optionRules?: OptionRules<object>;
  /** @param options - values of the {@link DialectCredentials.settings}, none of them required */
  forms(options: object): readonly CredentialForm[];
}

/** The parts of a dialect that serve it. */
export interface ServedDialect {
  readonly module: Type & { forRoot(options: object & DialectExtras): DynamicModule };
  /** Its OpenAPI document without the paths. */
  readonly document: () => Omit<OpenAPIObject, 'paths'>;
  /** Completes the document that was made of the module. */
  readonly completeDocument?: (document: OpenAPIObject, app: INestApplication) => OpenAPIObject;
  /** The server stops, and waits for what is under way: ends what would go on for ever. */
  readonly beforeStop?: (app: INestApplicationContext) => void;
}

/** What the first start has made, as it is written in a shell. */
export interface FirstAccess {
  readonly email: string;
  /** `undefined` when it is the one in the variable `ADMIN_PASSWORD`. */
  readonly password: string | undefined;
  /** A personal token, or the name of the variable that holds it. For use in double quotes. */
  readonly token: string;
  readonly accountId: string;
  readonly accountName: string;
}

/** A command to paste into a shell, and what it does. */
export interface FirstCall {
  /** Without a full stop, for example `Create a service token, as clients of Cloudflare do`. */
  readonly intro: string;
  readonly command: string;
}

/** Declares a dialect. */
export function defineDialect(dialect: Dialect): Dialect {
  return dialect;
}
