/** What a connection checks, by the parameters of its address (libpq, "SSL Support"). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readPostgresAddress } from './postgres-address.js';
import { tlsChoices, type Tls } from './postgres-tls.js';
import { UnusableDatabase } from './unusable-database.js';

describe('the ways to connect', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-tls-'));
    for (const name of ['root', 'cert', 'key']) writeFileSync(path.join(folder, name), name);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const choicesOf = (parameters: string): readonly Tls[] => {
    const address = readPostgresAddress(`postgres://a/db?${parameters.replaceAll('FOLDER', folder)}`);
    if (typeof address === 'string') throw new Error(address);
    return tlsChoices(address);
  };

  /** `names`: the chain and the name of the server are verified; `chain`: its chain alone; `nothing`; or no TLS. */
  const checkedBy = (choice: Tls): string => {
    if (choice === false) return 'no TLS';
    if (choice.rejectUnauthorized === false) return 'nothing';
    const authorities = choice.ca === undefined ? 'known' : String(choice.ca);
    return `${choice.checkServerIdentity ? 'chain' : 'names'} by ${authorities}`;
  };

  it.each([
    ['', ['no TLS']],
    ['sslmode=disable', ['no TLS']],
    ['sslmode=disable&sslrootcert=FOLDER/root', ['no TLS']],
    ['sslmode=allow', ['no TLS', 'nothing']],
    ['sslmode=prefer', ['nothing', 'no TLS']],
    ['sslmode=require', ['nothing']],
    ['sslmode=require&sslrootcert=FOLDER/root', ['chain by root']],
    ['sslmode=verify-ca&sslrootcert=FOLDER/root', ['chain by root']],
    ['sslmode=verify-full', ['names by known']],
    ['sslmode=verify-full&sslrootcert=FOLDER/root', ['names by root']],
    ['sslmode=verify-full&sslrootcert=system', ['names by known']],
  ])('of an address with %s', (parameters, checked) => {
    expect(choicesOf(parameters).map(checkedBy)).toEqual(checked);
  });

  it.each(['allow', 'prefer', 'require', 'verify-full'])('with %s present the certificate of the client', (mode) => {
    const choices = choicesOf(`sslmode=${mode}&sslrootcert=FOLDER/root&sslcert=FOLDER/cert&sslkey=FOLDER/key`).filter(
      (choice) => choice !== false,
    );
    expect(choices).toHaveLength(1);
    expect(choices[0]).toMatchObject({ cert: Buffer.from('cert'), key: Buffer.from('key') });
  });

  it('are not known if a file cannot be read, which is named', () => {
    expect(() => choicesOf('sslmode=verify-full&sslrootcert=FOLDER/none')).toThrow(UnusableDatabase);
    expect(() => choicesOf('sslmode=verify-full&sslrootcert=FOLDER/none')).toThrow(
      /^sslrootcert of DATABASE_URL names .*none, which cannot be read \(ENOENT\): correct the path$/,
    );
  });
});
