/** Reads the credentials that an application can admit, also from the header that it names. */
import type { KnownApplication } from '../applications/index.js';
import { CredentialForms, type CredentialForm } from '../core/index.js';
import { canAdmit, type AccessPolicy } from './access-policy.js';
import { CredentialReader } from './credential-reader.js';

export class ApplicationReaders {
  private readonly readers = new WeakMap<KnownApplication, WeakMap<AccessPolicy, CredentialReader>>();

  constructor(private readonly forms: CredentialForms) {}

  /** Leaves to the application what neither it nor the rule can admit. */
  readerFor(policy: AccessPolicy, application: KnownApplication): CredentialReader {
    let known = this.readers.get(application);
    if (!known) this.readers.set(application, (known = new WeakMap<AccessPolicy, CredentialReader>()));
    let reader = known.get(policy);
    if (!reader) {
      const isRead = (form: CredentialForm): boolean => isOf(application, form) && canAdmit(policy, form);
      reader = new CredentialReader(this.formsOf(application), isRead);
      known.set(policy, reader);
    }
    return reader;
  }

  private formsOf(application: KnownApplication): CredentialForms {
    const { tokenHeader } = application;
    if (tokenHeader === null) return this.forms;
    const isNamed = ({ inHeaders }: CredentialForm): boolean =>
      inHeaders?.isConfigured === true && inHeaders.names.some((name) => name.toLowerCase() === tokenHeader);
    const more = this.forms.presentable.flatMap((form) =>
      isOf(application, form) && form.inNamedHeader ? [form.inNamedHeader(tokenHeader)] : [],
    );
    // The server may have the same header for all applications.
    const others = this.forms.all.filter((form) => !(isOf(application, form) && isNamed(form)));
    return new CredentialForms([...others, ...more]);
  }
}

function isOf({ tokenKinds }: KnownApplication, { kinds }: CredentialForm): boolean {
  return kinds.some((kind) => tokenKinds.has(kind));
}
