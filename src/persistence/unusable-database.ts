/** The error for a database that must not be used as it is. */

/** The database cannot be used; the message stands alone, names the database and says what to do. */
export class UnusableDatabase extends Error {}
