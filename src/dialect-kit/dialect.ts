/** What a dialect brings, as one value. */
import type { CredentialForm, EntityClass, MigrationClass, OptionRules } from '../core/index.js';

/** A dialect: one vendor's API over the one store of tokens. */
export interface Dialect {
  /** Names it in settings and addresses: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Names it for people, for example `Cloudflare`. */
  readonly title: string;
  /** What it keeps in the database. */
  readonly entities?: readonly EntityClass[];
  /** The steps by which its part of the schema came to be; those of all parts run in the order of their times. */
  readonly migrations?: readonly MigrationClass[];
  /** The credentials that it issues. */
  readonly credentials?: DialectCredentials;
}

/** The credentials of a dialect, which the data plane checks whether or not the dialect itself is served. */
export interface DialectCredentials {
  /** What can be decided of their forms. */
  readonly optionRules?: OptionRules<object>;
  /** @param options - those that {@link DialectCredentials.optionRules} allow, none of them required */
  forms(options: object): readonly CredentialForm[];
}

/** Declares a dialect. */
export function defineDialect(dialect: Dialect): Dialect {
  return dialect;
}
