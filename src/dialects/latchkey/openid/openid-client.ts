/** Loads the library that speaks OpenID Connect when it is first needed: servers without a provider do without it. */
import type * as client from 'openid-client';

export type OpenIdClient = typeof client;

let loading: Promise<OpenIdClient> | undefined;

/** It is published as an ES module only, which test runners for CommonJS cannot load with the rest. */
export function loadOpenIdClient(): Promise<OpenIdClient> {
  return (loading ??= import('openid-client'));
}
