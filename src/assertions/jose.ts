/** Loads the library that signs and encrypts when it is first needed: hosts that sign nothing do without it. */
import type * as jose from 'jose';

let loading: Promise<typeof jose> | undefined;

/** It is published as an ES module only, which test runners for CommonJS cannot load with the rest. */
export function loadJose(): Promise<typeof jose> {
  return (loading ??= import('jose'));
}
