/** How assertions are declared: what they say of a token, and how they are handed to the application. */
import type { Acceptance } from '../core/index.js';

/** The assertions that a dialect makes for its kinds of token. */
export interface AssertionForm {
  /** The kinds of token for which they are made. */
  readonly kinds: readonly string[];
  /** The header in which the application receives them. */
  readonly header: string;
  /** What OpenAPI documents say of the header. */
  readonly documentation: string;
  /** The claims in addition to issuer, audience and times. */
  claims(acceptance: Acceptance): Readonly<Record<string, string>>;
}

/** The assertions of a server. The class is also the injection token. */
export class AssertionForms {
  /** The headers of all forms, without duplicates. */
  readonly headers: readonly string[];
  private readonly byKind: ReadonlyMap<string, AssertionForm>;

  constructor(readonly all: readonly AssertionForm[]) {
    this.headers = [...new Set(all.map(({ header }) => header))];
    this.byKind = new Map(all.flatMap((form) => form.kinds.map((kind) => [kind, form] as const)));
  }

  /** The form for tokens of a kind; `undefined` if none are made for them. */
  ofKind(kind: string): AssertionForm | undefined {
    return this.byKind.get(kind);
  }
}
