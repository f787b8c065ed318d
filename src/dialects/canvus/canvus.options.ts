/** What the Canvus dialect needs to be told. */

export interface CanvusOptions {
  /** Version of Latchkey, shown by `server-info`. */
  readonly productVersion: string;
}

/** Where the dialect is served unless the host says otherwise (contract §1.1). */
export const DEFAULT_PATH = '/api/v1';
