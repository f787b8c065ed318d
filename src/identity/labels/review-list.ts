/** The list of existing names that somebody should look at, which a migration has left. */

/** The name of the stored value. */
export const NAMES_TO_REVIEW = 'names-to-review';

/** Ids of rows whose names are those of older rows, look like them, or would not be accepted any more. */
export interface ReviewList {
  readonly users: string[];
  readonly accounts: string[];
}
