/** The exit codes of the command, which scripts may rely on. */

/** What each exit code says. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** It could not be done, or a check has found something wrong; the message says what. */
  failed: 1,
  /** The command line is not valid. */
  usage: 2,
  /** The database cannot be reached or used, or is busy: trying again later may help. */
  database: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For `--help`. */
export const EXIT_CODES_HELP = `Exit codes: 0 done; 1 not done, or something is wrong; 2 the command line is not valid; 3 the database cannot be used.
`;
