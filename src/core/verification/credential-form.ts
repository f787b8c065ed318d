/** The declaration of a form of credential: which kinds of token it can hold, and how it can be presented. */
import type { EntityManager } from 'typeorm';
import type { Token } from '../tokens/token.entity.js';
import type { Credential } from './credential.js';

/** What was read: `incomplete` if a part is missing or repeated, `malformed` if it cannot be a valid credential. */
export type CredentialReading = Credential | 'incomplete' | 'malformed';

/** An OpenAPI security scheme. */
export type CredentialScheme =
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string; readonly description: string }
  | { readonly type: 'http'; readonly scheme: string; readonly description: string };

/** A token that was found by its name, with the hash of its password. */
export interface NamedToken {
  readonly token: Readonly<Token>;
  readonly passwordHash: string | null;
}

/** Tokens that have a name and a password. */
export interface NamedTokens {
  find(manager: EntityManager, accountId: string, name: string): Promise<NamedToken | null>;
}

/** How a credential is presented in the headers of a request. */
export interface HeaderForm {
  /** Names of the headers; a credential needs all of them. */
  readonly names: readonly string[];
  /** Whether the operator chose the header name, which may then be the same as that of another form. */
  readonly isConfigured?: boolean;
  /**
   * Whether applications behind a proxy use the header for credentials of their own. Next to a credential of another form,
   * a value that is none of this server's then belongs to the application.
   */
  readonly isUsedByApplications?: boolean;
  /**
   * Whether a value is meant for this form. Default: every value is.
   * @param isShared - whether another form uses the same header
   */
  takes?(value: string, isShared: boolean): boolean;
  /** @param values - in the order of {@link HeaderForm.names}, `undefined` for a missing header */
  read(values: readonly (string | undefined)[]): CredentialReading;
  /** How OpenAPI documents describe it; without this, they leave it out. */
  readonly documentation?: {
    /** The headers, in Markdown. */
    readonly headers: string;
    /** By the names that Swagger UI shows: letters, digits, `.`, `_` and `-`. A credential needs all of these schemes. */
    readonly schemes: Readonly<Record<string, CredentialScheme>>;
  };
}

/** A form of credential, declared by the part of the server that issues it. */
export interface CredentialForm {
  /** Its name for display, for example `API key`. */
  readonly noun: string;
  readonly holder: 'services' | 'users';
  /** The kinds of token that may be presented in this form. */
  readonly kinds: readonly string[];
  /**
   * What its secrets look like, as a regular expression without anchors, in the syntax that JavaScript, PCRE and RE2
   * share. Text that matches is removed from paths in the log and from errors, and scanners search for it
   * (docs/token-patterns.md).
   */
  readonly secretPattern: string;
  /** Whether a text can be a secret of this form. Checked before the database is read. */
  isSecret(text: string): boolean;
  /** A secret that documents show as an example. Default: one of another form. */
  readonly exampleSecret?: string;
  /** Whether a token of one of the {@link CredentialForm.kinds} may be presented. Default: every token may. */
  accepts?(token: Readonly<Token>): boolean;
  /**
   * Set if people choose the credential, so that it is unique in an account only and may be guessed. It is read only for a
   * rule that names the kind and exactly one account, which becomes the `handleScope` of what was read.
   */
  readonly belongsTo?: 'account';
  /** Set if what is read is the name of a token, as `handle`, with its password. */
  readonly named?: NamedTokens;
  /** Absent for a credential that only the API which issues it accepts. */
  readonly inHeaders?: HeaderForm;
  /** The same credential in one header that an application names; absent if it cannot be presented that way. */
  inNamedHeader?(name: string): CredentialForm;
  /** How to read it from HTTP Basic (RFC 7617); absent if it cannot be presented that way. */
  fromBasic?(name: string, password: string): CredentialReading;
  /** Additional members of the introspection response (RFC 7662). */
  introspection?(token: Readonly<Token>): { readonly client_id?: string };
}
