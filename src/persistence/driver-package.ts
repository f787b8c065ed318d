/** Says which package is missing where the driver of a database is not installed: hosts install those that they use. */
import { UnusableDatabase } from './unusable-database.js';

/** Codes of Node for a module that is not there. */
const NOT_FOUND = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);

/**
 * The error for a driver that could not be loaded.
 * @param name - how messages name the database
 * @returns the error as it was, if the package is there
 */
export function driverError(error: unknown, driver: 'pg' | 'better-sqlite3', name: string): unknown {
  const { code = '', message, constructor } = error as NodeJS.ErrnoException;
  const isMissing = constructor.name === 'DriverPackageNotInstalledError' || NOT_FOUND.has(code);
  // A driver may itself lack a package; TypeORM names the driver, and Node the missing package.
  if (!isMissing || !message.includes(driver)) return error;
  return new UnusableDatabase(
    `${name} needs the package ${driver}, which is not installed here: run npm install ${driver}`,
    { cause: error },
  );
}
