/** The command `check`: settings, database, schema, integrity and clock, of the server's database or of a copy. */
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import { EXIT, type ExitCode } from '../cli/index.js';
import {
  DatabaseAccessError,
  describeAddress,
  openForCommand,
  reasonOf,
  type DatabaseAddress,
} from '../persistence/index.js';
import { unknownVariableWarning } from '../settings/index.js';
import { databaseFindings, finding, type Finding } from './checks.js';
import { problemsOf } from './config.js';
import { print, type CommandCall } from './command-context.js';

/** `check [FILE]`; fails when there is a problem, and not for warnings */
export async function check(call: CommandCall): Promise<ExitCode> {
  const [file] = call.words;
  const findings = file === undefined ? await ofServer(call) : await ofCopy(call, file);
  const lines = findings.map(({ check, status, message }) => `${status.padEnd(9)}${check.padEnd(16)}${message}\n`);
  print(call, findings, lines.join(''));
  return findings.some(({ status }) => status === 'problem') ? EXIT.failed : EXIT.done;
}

async function ofServer(call: CommandCall): Promise<Finding[]> {
  const problems = problemsOf(call);
  const settings = finding('settings', problems.length > 0 ? problems.join('; ') : undefined, 'valid');
  if (problems.length > 0) return [settings];
  const config = call.loadConfig();
  const unknown = config.unknownVariables.map((variable): Finding => {
    return { check: 'settings', status: 'warning', message: unknownVariableWarning(variable) };
  });
  const { address } = config.database;
  return [
    settings,
    ...unknown,
    ...(await ofDatabase(call, address, false, (dataSource) => call.dialectFindings(config, dataSource))),
  ];
}

function ofCopy(call: CommandCall, file: string): Promise<Finding[]> {
  return ofDatabase(call, { engine: 'sqlite', path: file }, true);
}

/** @param more - further checks of an open database */
async function ofDatabase(
  call: CommandCall,
  address: DatabaseAddress,
  readOnly: boolean,
  more: (dataSource: DataSource) => Promise<readonly Finding[]> = () => Promise.resolve([]),
): Promise<Finding[]> {
  try {
    const dataSource = await openForCommand(address, call.schema, { readOnly, anySchema: true, unlimited: true });
    try {
      const found = finding('database', undefined, describeAddress(address));
      const ofItself = await databaseFindings(dataSource);
      const isUsable = ofItself.some(({ check }) => check === 'contents');
      const others = isUsable ? await more(dataSource) : [];
      return [found, ...fileFindings(address, readOnly), ...ofItself, ...others];
    } finally {
      await dataSource.destroy();
    }
  } catch (error) {
    const reason = reasonOf(error);
    const text =
      error instanceof DatabaseAccessError ? reason : `${describeAddress(address)} cannot be read (${reason})`;
    return [finding('database', text, '')];
  }
}

/** Permissions of an SQLite file, and the free space on its disk. */
function fileFindings(address: DatabaseAddress, isCopy: boolean): Finding[] {
  if (address.engine !== 'sqlite') return [];
  const { mode, size } = statSync(address.path);
  const octal = (mode & 0o777).toString(8);
  const isPrivate = (mode & 0o077) === 0;
  const rights: Finding = isPrivate
    ? { check: 'file', status: 'ok', message: `${String(size)} bytes, mode ${octal}` }
    : { check: 'file', status: 'warning', message: `others can read it (mode ${octal}): chmod 600 ${address.path}` };
  return isCopy ? [rights] : [rights, ...folderFindings(path.dirname(address.path), size)];
}

function folderFindings(folder: string, size: number): Finding[] {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const findings: Finding[] = [];
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    const message = `${folder} cannot be written, so SQLite can make no log there: give its owner the right to write`;
    findings.push({ check: 'file', status: 'problem', message });
  }
  const message = `${String(free)} bytes are free on the disk, less than a copy of the database needs: free some space`;
  if (free < size) findings.push({ check: 'disk', status: 'warning', message });
  return findings;
}
