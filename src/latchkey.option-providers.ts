/** Hands each room its part of the options of the module that provides core and identity. */
import type { InjectionToken, Provider } from '@nestjs/common';
import { APPLICATION_OPTIONS } from './applications/index.js';
import { ASSERTION_OPTIONS } from './assertions/index.js';
import { CORE_OPTIONS } from './core/index.js';
import { REQUEST_OPTIONS } from './http/index.js';
import { CLEANUP_OPTIONS, IDENTITY_OPTIONS, USER_TOKEN_OPTIONS } from './identity/index.js';
import type { LatchkeyValues } from './latchkey.options.js';

/** @param all - the injection token of all options */
export function optionProviders(all: InjectionToken): Provider[] {
  const part = (provide: InjectionToken, useFactory: (options: LatchkeyValues) => unknown): Provider => ({
    provide,
    useFactory,
    inject: [all],
  });
  return [
    part(CORE_OPTIONS, (options) => options),
    part(IDENTITY_OPTIONS, (options) => options),
    part(APPLICATION_OPTIONS, ({ applications }) => applications),
    part(ASSERTION_OPTIONS, ({ assertions }) => assertions),
    part(USER_TOKEN_OPTIONS, ({ userTokens }) => userTokens),
    part(CLEANUP_OPTIONS, ({ cleanup }) => cleanup),
    part(REQUEST_OPTIONS, ({ requests }) => requests),
  ];
}
