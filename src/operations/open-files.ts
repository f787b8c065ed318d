/** How many connections fit below the limit of open files of this process. */
import { readFileSync } from 'node:fs';

/** Files that are open anyway: the database, the log, modules, and what the first requests open. */
const RESERVED = 64;

/** The limit of open files; `undefined` where it cannot be read or there is none. */
export function openFilesLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** How many connections each listener accepts. */
export interface ConnectionShares {
  readonly main: number;
  readonly verify: number;
  /** A warning for operators if not all fit; otherwise `undefined`. */
  readonly warning: string | undefined;
}

/**
 * Without this, the operating system would reset connections beyond its limit, and nobody would learn why.
 * @param wanted - maximum numbers as configured; `verify` is 0 without a second listener
 * @param databaseConnections - maximum number of connections to the database
 */
export function connectionShares(
  wanted: { readonly main: number; readonly verify: number },
  databaseConnections: number,
  openFiles = openFilesLimit(),
): ConnectionShares {
  const available = Math.max(2, (openFiles ?? Infinity) - RESERVED - databaseConnections);
  const verify = Math.min(wanted.verify, Math.floor(available / 2));
  const main = Math.min(wanted.main, available - verify);
  if (main === wanted.main && verify === wanted.verify) return { main, verify, warning: undefined };
  return {
    main,
    verify,
    warning:
      `this process may open ${String(openFiles)} files, which allows only ${String(main)} connections instead of ` +
      `${String(wanted.main)}: raise the limit (ulimit -n, or LimitNOFILE= of systemd), or lower MAX_CONNECTIONS`,
  };
}
