/** What is said of the forms of credentials, to people and in documents. */
import type { CredentialForms, CredentialScheme } from '../core/index.js';

/** What a caller can give by HTTP Basic, for example `service token`; `undefined` where that is nothing. */
export function basicNoun({ basic }: CredentialForms): string | undefined {
  return basic.length === 0 ? undefined : [...new Set(basic.map(({ noun }) => noun))].join(' or ');
}

/** The security scheme of HTTP Basic, by the name that Swagger UI shows. */
export function basicScheme(forms: CredentialForms): string {
  const noun = basicNoun(forms) ?? 'client';
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)} (Basic)`;
}

/** The credentials that a request can present, with their headers, in Markdown. */
export function presentableNouns({ presentable }: CredentialForms): string {
  const headersOf = new Map<string, string[]>();
  for (const { noun, inHeaders } of presentable) {
    const { headers } = inHeaders.documentation ?? {};
    if (headers !== undefined) headersOf.set(noun, [...(headersOf.get(noun) ?? []), headers]);
  }
  return [...headersOf].map(([noun, headers]) => `${withArticle(noun)} (${headers.join(', or ')})`).join(', or ');
}

/** The security schemes of what a request can present: each is a set of schemes that are needed together. */
export function presentableSchemes({ presentable }: CredentialForms): Readonly<Record<string, CredentialScheme>>[] {
  return presentable.flatMap(({ inHeaders: { documentation } }) => (documentation ? [documentation.schemes] : []));
}

/** Kinds of token that can be presented, by who holds them. */
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
