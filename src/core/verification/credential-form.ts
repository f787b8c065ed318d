/** What a sort of credential looks like: which tokens it names, and the ways in which it can be presented. */
import type { Token } from '../tokens/token.entity.js';
import type { Credential } from './credential.js';

/** What was found: `incomplete` when a part is missing or there twice, `malformed` for what can belong to nobody. */
export type CredentialReading = Credential | 'incomplete' | 'malformed';

/** A security scheme of OpenAPI. */
export type CredentialScheme =
  | { readonly type: 'apiKey'; readonly in: 'header'; readonly name: string; readonly description: string }
  | { readonly type: 'http'; readonly scheme: string; readonly description: string };

/** How a credential stands in the headers of a request. */
export interface HeaderForm {
  /** Names of the headers; a credential needs all of them. */
  readonly names: readonly string[];
  /** Whether an operator chose the name: then it may be one that another form has, too. */
  readonly isConfigured?: boolean;
  /**
   * Whether a value is meant for this form; all of them are unless this says otherwise.
   * @param isShared - whether another form has the same header
   */
  takes?(value: string, isShared: boolean): boolean;
  /** @param values - in the order of {@link HeaderForm.names}, `undefined` for a header that is not there */
  read(values: readonly (string | undefined)[]): CredentialReading;
  /** Left out of the documents unless given. */
  readonly documentation?: {
    /** The headers, in Markdown. */
    readonly headers: string;
    /** By the names that Swagger UI shows; a credential needs all of them. */
    readonly schemes: Readonly<Record<string, CredentialScheme>>;
  };
}

/** A sort of credential, as the part of the server that issues it declares it. */
export interface CredentialForm {
  /** What people call it, for example `service token`. */
  readonly noun: string;
  readonly holder: 'services' | 'users';
  /** Kinds of token that may be presented in this form. */
  readonly kinds: readonly string[];
  /** Whether a text can be a secret of this form: asked before the database is. */
  isSecret(text: string): boolean;
  /** Whether a token of one of the {@link CredentialForm.kinds} may be presented; all may unless this says otherwise. */
  accepts?(token: Readonly<Token>): boolean;
  /** Absent for a credential that is accepted nowhere but at the API that issues it. */
  readonly inHeaders?: HeaderForm;
  /** How a caller gives it by HTTP Basic (RFC 7617); absent for one that cannot be given so. */
  fromBasic?(name: string, password: string): CredentialReading;
  /** What introspection (RFC 7662) tells of its tokens in addition. */
  introspection?(token: Readonly<Token>): { readonly client_id?: string };
}
