/** Faults that are told without a database, and the lines on which they stand. */
import { describe, expect, it } from '@jest/globals';
import { declarationReading, readDeclaration } from './reading.js';
import { readYaml } from './yaml-file.js';

const READING = declarationReading([
  {
    applications: { type: 'x', tokenKind: 'x', isSessionDuration: (text) => text === '1h', shownAddresses: () => ({}) },
  },
]);

async function faultsIn(text: string): Promise<(readonly [number, string])[]> {
  const { value, flaws, lineOf } = await readYaml(text);
  if (flaws.length > 0) return flaws.map(({ line, reason }) => [line, reason]);
  return readDeclaration(value, READING).faults.map(({ path, reason }) => [lineOf(path), reason]);
}

describe('a file that declares a server', () => {
  it('is placed by line in YAML, in JSON, and behind an alias', async () => {
    expect(await faultsIn('users:\n\n  - &ann\n    email: ann@example.com\n    admin: 1\n')).toEqual([
      [5, 'must be true or false'],
    ]);
    expect(await faultsIn('{"accounts": [\n {"name": "A",\n  "colour": "red"}]}')).toEqual([
      [3, 'is not known here: there are id, name'],
    ]);
    const aliased = 'accounts:\n  - &a { id: x, name: A }\n  - *a\n';
    expect((await faultsIn(aliased)).map(([line]) => line)).toEqual([2, 2]);
  });

  it('names each member that is missing, unknown or of another type', async () => {
    expect(await faultsIn('policies:\n  - { name: 12, kind: x, value: y, include: none }')).toEqual(
      expect.arrayContaining([
        [2, 'is missing'],
        [2, 'must be a text: put it in quotes'],
        [2, expect.stringMatching(/^is not known here: there are account, id, /)],
        [2, 'must be a list of rules'],
      ]),
    );
  });

  it('names what stands twice', async () => {
    const text =
      'accounts:\n  - name: Acme\n  - name: ACME\nusers:\n  - { email: a@example.com, id: 1001 }\n  - { email: b@example.com, id: 1001 }\n';
    expect(await faultsIn(text)).toEqual([
      [3, 'is the same as in entry 1 of accounts'],
      [6, 'is the same as in entry 1 of users'],
    ]);
  });

  it('is bounded in what a short text can stand for', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `l${String(at + 1)}: &l${String(at + 1)} [${`*l${String(at)}, `.repeat(9)}]`,
    );
    const [[line, reason] = [0, '']] = await faultsIn(`l0: &l0 [x]\n${levels.join('\n')}`);
    expect([line, reason]).toEqual([1, expect.stringContaining('alias')]);
  });

  it('is refused where nobody can judge durations or applications', async () => {
    const text =
      'applications:\n  - account: A\n    name: B\n    addresses: [b.example.com]\n    session_duration: 1 hour\n';
    expect(await faultsIn(text)).toEqual([[5, 'must be a duration such as 24h']]);
    const none = readDeclaration(
      { policies: [{ account: 'A', name: 'B', decision: 'deny', include: [] }] },
      declarationReading([]),
    );
    expect(none.faults.map(({ reason }) => reason)).toEqual([expect.stringContaining('no dialect')]);
  });
});
