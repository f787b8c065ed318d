/** What the Canvus dialect needs to be told. */

export interface CanvusOptions {
  /** Version of Latchkey, shown by `server-info`. */
  readonly productVersion: string;
}

/** The dialect's name: login tokens made here carry it and are accepted here alone. */
export const AUDIENCE = 'canvus';

/** Where the dialect is served unless the host says otherwise (contract §1.1). */
export const DEFAULT_PATH = '/api/v1';

/** Bytes of a request body at the most; the longest legal one has about 2 KiB. */
export const MAX_BODY_BYTES = 256 * 1024;
