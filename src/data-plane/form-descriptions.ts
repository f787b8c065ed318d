/** Describes the credential forms of a server in messages and OpenAPI documents. */
import type { CredentialForms, CredentialScheme } from '../core/index.js';

/** The credential that callers can present by HTTP Basic, for example `API key`; `undefined` if there is none. */
export function basicNoun({ basic }: CredentialForms): string | undefined {
  return basic.length === 0 ? undefined : [...new Set(basic.map(({ noun }) => noun))].join(' or ');
}

/** The name of the HTTP Basic security scheme. */
export const BASIC_SCHEME = 'Basic';

/** The credentials that a request can present, with their headers, in Markdown. */
export function presentableNouns({ presentable }: CredentialForms): string {
  const headersOf = new Map<string, string[]>();
  for (const { noun, inHeaders } of presentable) {
    const { headers } = inHeaders.documentation ?? {};
    if (headers !== undefined) headersOf.set(noun, [...(headersOf.get(noun) ?? []), headers]);
  }
  return [...headersOf].map(([noun, headers]) => `${withArticle(noun)} (${headers.join(', or ')})`).join(', or ');
}

/** The security schemes of the credentials that a request can present: each is a set of schemes needed together. */
export function presentableSchemes({ presentable }: CredentialForms): Readonly<Record<string, CredentialScheme>>[] {
  return presentable.flatMap(({ inHeaders: { documentation } }) => (documentation ? [documentation.schemes] : []));
}

/** The kinds of token that can be presented, by their holder. */
export function kindsByHolder({ presentable }: CredentialForms): Readonly<Record<string, readonly string[]>> {
  const kindsOf = new Map<string, Set<string>>();
  for (const { holder, kinds } of presentable) {
    kindsOf.set(holder, new Set([...(kindsOf.get(holder) ?? []), ...kinds]));
  }
  return Object.fromEntries([...kindsOf].map(([holder, kinds]) => [holder, [...kinds]]));
}

export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}
