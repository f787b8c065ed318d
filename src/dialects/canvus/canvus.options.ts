/** What the Canvus dialect needs to be told. */

export interface CanvusOptions {
  /** Version of Latchkey, shown by `server-info`. */
  readonly productVersion: string;
  /** Seconds between the blank lines of an idle stream, at the most; 1 or more. */
  readonly keepaliveSeconds: number;
}

/** Where the dialect is served unless the host says otherwise (contract §1.1). */
export const DEFAULT_PATH = '/api/v1';
