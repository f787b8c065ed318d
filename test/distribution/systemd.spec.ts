import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsTables } from '../../src/config/index.js';
import { describeSettings } from '../../src/settings/index.js';
import { findBinary } from '../support/binaries.js';
import { ROOT } from './dockerfile.js';

const UNIT = readFileSync(path.join(ROOT, 'examples/systemd/latchkey.service'), 'utf8');

/** Of ten, which is no protection at all. What is left is the network, and that it can be reached. */
const MOST_EXPOSURE = 1.5;

const values = (name: string): string[] =>
  [...UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

describe('the unit for systemd', () => {
  it('sets only what Latchkey reads', () => {
    const known = settingsTables()
      .flatMap(describeSettings)
      .flatMap(({ env }) => (env === undefined ? [] : [env, `${env}_FILE`]));
    const set = values('Environment').map((value) => value.split('=')[0] ?? '');
    expect(set.sort()).toEqual(['DATABASE_URL_FILE', 'FIRST_CREDENTIALS_FILE', 'NODE_ENV']);
    expect(set.filter((name) => name !== 'NODE_ENV' && !known.includes(name))).toEqual([]);
  });

  it('takes the address of the database as a credential', () => {
    expect(values('LoadCredential')).toEqual(['database-url:/etc/latchkey/database-url']);
    expect(values('Environment')).toContain('DATABASE_URL_FILE=%d/database-url');
  });

  const analyze = findBinary('systemd-analyze');
  const inSystemd = analyze === undefined && !process.env.CI ? it.skip : it;
  let folder: string;
  let copy: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'latchkey-unit-'));
    copy = path.join(folder, 'latchkey.service');
    // It is checked that the program is there.
    writeFileSync(copy, UNIT.replace('/usr/local/bin/latchkey', '/bin/true'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...words: string[]): { readonly status: number | null; readonly text: string } => {
    if (analyze === undefined) throw new Error('systemd-analyze is not installed: apt-get install systemd');
    const { status, stdout, stderr } = spawnSync(analyze, [...words, copy], { encoding: 'utf8' });
    return { status, text: stdout + stderr };
  };

  inSystemd('is one that systemd understands', () => {
    // Complaints about other units of this machine are not ours.
    const { text } = run('verify', '--man=no');
    expect(text.split('\n').filter((line) => line.includes('latchkey'))).toEqual([]);
  });

  inSystemd('leaves little that the process could do beyond its task', () => {
    const { status, text } = run(
      'security',
      '--offline=yes',
      '--no-pager',
      `--threshold=${String(MOST_EXPOSURE * 10)}`,
    );
    expect([status, text.trim().split('\n').at(-1)]).toEqual([0, expect.stringContaining('OK')]);
  });
});
