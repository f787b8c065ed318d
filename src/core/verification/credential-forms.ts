/** The registry of all credential forms of this server. */
import type { CredentialForm, HeaderForm } from './credential-form.js';
import { Redaction } from './redaction.js';

/** A form that can be presented in the headers of a request. */
export type PresentableForm = CredentialForm & { readonly inHeaders: HeaderForm };

/** The credential forms of a server. The class is also the injection token. */
export class CredentialForms {
  readonly presentable: readonly PresentableForm[];
  /** Forms that can be presented by HTTP Basic. */
  readonly basic: readonly CredentialForm[];
  /** Kinds of token that can be presented in the headers of a request. */
  readonly kinds: readonly string[];
  /** Kinds that a rule has to name, together with one account ({@link CredentialForm.belongsTo}). */
  readonly kindsOfAccounts: readonly string[];
  /** Names of the headers that carry credentials, without duplicates; names chosen by the operator come last. */
  readonly headers: readonly string[];
  /** Removes the secrets of all forms from text. */
  readonly redaction: Redaction;

  /** @param all - in the order in which documents list them */
  constructor(readonly all: readonly CredentialForm[]) {
    this.presentable = all.filter((form): form is PresentableForm => form.inHeaders !== undefined);
    this.basic = all.filter((form) => form.fromBasic !== undefined);
    this.kinds = [...new Set(this.presentable.flatMap(({ kinds }) => kinds))];
    const ofAccounts = this.presentable.filter(({ belongsTo }) => belongsTo === 'account');
    this.kindsOfAccounts = [...new Set(ofAccounts.flatMap(({ kinds }) => kinds))];
    this.headers = headersOf(this.presentable);
    this.redaction = new Redaction(all.map(({ secretPattern }) => secretPattern));
  }

  /** Whether a text can be a secret of any form. */
  canBeSecret(text: string): boolean {
    return this.all.some((form) => form.isSecret(text));
  }

  /** The first form in which tokens of a kind can be presented. */
  ofKind(kind: string): CredentialForm | undefined {
    return this.presentable.find(({ kinds }) => kinds.includes(kind));
  }
}

function headersOf(forms: readonly PresentableForm[]): string[] {
  const named = (isConfigured: boolean): string[] =>
    forms
      .filter(({ inHeaders }) => (inHeaders.isConfigured ?? false) === isConfigured)
      .flatMap(({ inHeaders }) => inHeaders.names);
  const names = new Map<string, string>();
  for (const name of [...named(false).sort(), ...named(true)]) {
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return [...names.values()];
}
