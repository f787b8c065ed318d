/** What the dialects declare, put together for the rooms that need it. */
import type { InjectionToken, Provider } from '@nestjs/common';
import { APPLICATIONS_EXTENSION, APPLICATION_CHANGES } from './applications/index.js';
import { ASSERTION_CHANGES, AssertionForms } from './assertions/index.js';
import { CredentialForms, HashingService, TOKEN_CHANGES, type ChangeClass } from './core/index.js';
import { assertionFormsOf, credentialFormsOf, type Dialect } from './dialect-kit/index.js';
import {
  AccountExtensions,
  IDENTITY_CHANGES,
  PersonalTokenHandles,
  RandomTokenHandles,
  ServerSettings,
} from './identity/index.js';
import type { LatchkeyValues } from './latchkey.options.js';
import { OptionsError } from './settings/index.js';

/** Injection token of the dialects that a server knows. */
export const KNOWN_DIALECTS = Symbol('latchkey:dialects');

/** @param options - the injection token of all options */
export function dialectProviders(options: InjectionToken): Provider[] {
  return [
    { provide: AssertionForms, useFactory: assertionFormsOf, inject: [KNOWN_DIALECTS] },
    {
      provide: CredentialForms,
      useFactory: (dialects: readonly Dialect[], { credentials }: LatchkeyValues) =>
        credentialFormsOf(dialects, credentials),
      inject: [KNOWN_DIALECTS, options],
    },
    {
      provide: AccountExtensions,
      useFactory: (dialects: readonly Dialect[]) =>
        new AccountExtensions([
          APPLICATIONS_EXTENSION,
          ...dialects.flatMap(({ accountExtension }) => accountExtension ?? []),
        ]),
      inject: [KNOWN_DIALECTS],
    },
    {
      provide: PersonalTokenHandles,
      useFactory: (dialects: readonly Dialect[], settings: ServerSettings, hashing: HashingService) =>
        handlesOf(dialects)?.({ settings, hashing }) ?? new RandomTokenHandles(),
      inject: [KNOWN_DIALECTS, ServerSettings, HashingService],
    },
  ];
}

/** The changes that other instances can send. */
export function changeClassesOf(dialects: readonly Dialect[]): Readonly<Record<string, ChangeClass>> {
  const own = dialects.map(({ changeClasses = {} }) => changeClasses);
  return Object.assign({}, TOKEN_CHANGES, IDENTITY_CHANGES, APPLICATION_CHANGES, ASSERTION_CHANGES, ...own) as Record<
    string,
    ChangeClass
  >;
}

/** @throws OptionsError for dialects that cannot be combined */
function handlesOf(dialects: readonly Dialect[]): Dialect['personalTokenHandles'] {
  const [own, ...others] = dialects.filter(({ personalTokenHandles }) => personalTokenHandles);
  if (own && others.length > 0) {
    const names = [own, ...others].map(({ name }) => name).join(' and ');
    throw new OptionsError(`the dialects ${names} all make the handles of personal tokens: leave out all but one`);
  }
  return own?.personalTokenHandles;
}
