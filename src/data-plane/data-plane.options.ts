/** What the data plane needs to be told. */

export interface DataPlaneOptions {
  /**
   * For how many seconds a proxy may remember that a credential was accepted; 0, unless given, for not at all. What it
   * remembers it admits after a revocation, too.
   */
  readonly maxAgeSeconds?: number;
  /**
   * Name of a header that may hold a service token as a JSON object, `{"cf-access-client-id": …,
   * "cf-access-client-secret": …}` (contract cloudflare §6.1); none unless given.
   */
  readonly jsonHeader?: string | undefined;
}

/** Below which everything is served unless the host says otherwise. */
export const DEFAULT_PATH = '/';

/** The path of something that is served below a prefix, written with slashes around it or without. */
export function below(prefix: string, name: string): string {
  return `/${[...prefix.split('/').filter(Boolean), name].join('/')}`;
}
