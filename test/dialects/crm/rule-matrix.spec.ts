/**
 * Identifier and pass code on create and update (docs/contracts/crm.md §4.4, §4.5): every row of the matrix. What is expected is
 * worked out here from the contract's rules.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { eachAtOnce } from '../../support/cases.js';
import { ERROR, byCode, crmSuite, data, failure, unique, type AccessToken, type Crm, type Members } from './support.js';

const FORMS = ['given', 'null', 'empty', 'missing'] as const;
type Form = (typeof FORMS)[number];

/** The content of a record; the pass code is the old one, the new one, or none. */
interface State {
  readonly identifier: 'old' | 'new' | null;
  readonly passCode: 'old' | 'new' | null;
}

/** The state afterwards, or the parameter that is missing. */
type Expected = State | 'identifier' | 'pass_code';

/** The table of §4.4; `null` and empty count as missing (§3, docs/design.md §7). */
function expectedOfCreate(allowed: boolean, identifier: Form, passCode: Form): Expected {
  const [hasIdentifier, hasPassCode] = [identifier === 'given', passCode === 'given'];
  if (!hasIdentifier && !allowed) return 'identifier';
  if (hasIdentifier && !hasPassCode) return 'pass_code';
  return { identifier: hasIdentifier ? 'new' : null, passCode: hasPassCode ? 'new' : null };
}

/** The rules of §4.5, by their numbers. */
function expectedOfUpdate(allowed: boolean, before: State, identifier: Form, passCode: Form): Expected {
  const clears = (form: Form): boolean => form === 'null' || form === 'empty'; // 6
  if (identifier === 'missing' && passCode === 'missing') return before; // 1
  if (identifier === 'given') return passCode === 'given' ? { identifier: 'new', passCode: 'new' } : 'pass_code'; // 2
  if (clears(identifier)) {
    if (!allowed) return 'identifier'; // 4
    return { identifier: null, passCode: passCode === 'given' ? 'new' : null };
  }
  if (passCode === 'given') return { ...before, passCode: 'new' }; // 3
  return allowed && before.identifier === null ? { ...before, passCode: null } : 'pass_code'; // 5
}

function valueOf(form: Form, given: string): Members[string] {
  return { given, null: null, empty: '', missing: undefined }[form];
}

/** The records that an update may find. */
const BEFORE: Record<string, State> = {
  'a record with identifier and pass code': { identifier: 'old', passCode: 'old' },
  'a record with neither': { identifier: null, passCode: null },
  'a record with a pass code alone': { identifier: null, passCode: 'old' },
};

const CELLS = FORMS.flatMap((identifier) => FORMS.map((passCode) => ({ identifier, passCode })));

const named = (cell: (typeof CELLS)[number]): [name: string, cell: (typeof CELLS)[number]] => [
  `identifier ${cell.identifier}, pass code ${cell.passCode}`,
  cell,
];

interface Row {
  identifier: string | null;
  pass_code_hash: string | null;
  updated_at: unknown;
}

function rowsOf(crm: Crm, code: string): Promise<Row[]> {
  return crm.server.dataSource.query<Row[]>(`SELECT * FROM latchkey_token WHERE handle = '${code}'`);
}

async function rowOf(crm: Crm, code: string): Promise<Row> {
  const [row] = await rowsOf(crm, code);
  if (!row) throw new Error(`no token ${code}`);
  return row;
}

const matches = (hash: string | null, passCode: string): boolean => hash !== null && bcrypt.compareSync(passCode, hash);

/** The source of the setting: the server's, or the account's, which takes precedence. */
function matrix(crm: Crm, allowed: boolean, byAccount: boolean): void {
  const what = `allowed ${allowed ? 'on' : 'off'} by the ${byAccount ? 'account' : 'server'}`;
  describe(what, () => {
    let client: Crm['root'];
    const codes = new Map<string, string>();
    const key = (record: string, { identifier, passCode }: (typeof CELLS)[number]): string =>
      `${record}, ${identifier}, ${passCode}`;

    beforeAll(async () => {
      const { id, root } = await crm.organisation();
      client = root;
      const set = (allow: boolean | null): Promise<unknown> =>
        crm.accounts('PUT', `/${id}`, { settings: { allow_no_identifier: allow } });
      await set(true);
      const made = Object.entries(BEFORE).flatMap(([record, before]) =>
        CELLS.map(async (cell) => {
          const code = unique('old');
          const identifier = before.identifier && `identifier of ${code}`;
          const passCode = before.passCode && `pass of ${code}`;
          const members = { authentication_code: code, identifier, pass_code: passCode, fields_set: 'id' };
          data(await client.post('access_tokens/create', members));
          codes.set(key(record, cell), code);
        }),
      );
      await Promise.all(made);
      await set(byAccount ? allowed : null);
    });

    it('create', () =>
      eachAtOnce(CELLS.map(named), async ([, { identifier, passCode }]) => {
        const [code, name, pass] = [unique('new'), unique('identifier'), unique('pass')];
        const members = { identifier: valueOf(identifier, name), pass_code: valueOf(passCode, pass) };
        const reply = await client.post('access_tokens/create', { authentication_code: code, ...members });
        const expected = expectedOfCreate(allowed, identifier, passCode);
        if (typeof expected === 'string') {
          expect(failure(reply, ERROR.missing)).toBe(expected);
          expect(await rowsOf(crm, code)).toEqual([]);
          return;
        }
        const wanted = expected.identifier && name;
        expect(data<AccessToken>(reply).identifier).toBe(wanted);
        const row = await rowOf(crm, code);
        expect(row.identifier).toBe(wanted);
        expect(row.pass_code_hash === null).toBe(expected.passCode === null);
        expect(matches(row.pass_code_hash, pass)).toBe(expected.passCode !== null);
      }));

    it.each(Object.entries(BEFORE))('update of %s', (record, before) =>
      eachAtOnce(CELLS.map(named), async ([, cell]) => {
        const { identifier, passCode } = cell;
        const code = codes.get(key(record, cell)) ?? '';
        const [name, pass] = [unique('identifier'), unique('pass')];
        const members = { identifier: valueOf(identifier, name), pass_code: valueOf(passCode, pass) };
        const rowBefore = await rowOf(crm, code);
        const reply = await client.post('access_tokens/update', { ...byCode(code), ...members });
        const row = await rowOf(crm, code);
        const expected = expectedOfUpdate(allowed, before, identifier, passCode);
        if (typeof expected === 'string') {
          expect(failure(reply, ERROR.missing)).toBe(expected);
          expect(row).toEqual(rowBefore);
          return;
        }
        const wanted = expected.identifier && { old: `identifier of ${code}`, new: name }[expected.identifier];
        expect(data<AccessToken>(reply).identifier).toBe(wanted);
        expect(row.identifier).toBe(wanted);
        expect(row.pass_code_hash === null).toBe(expected.passCode === null);
        expect(matches(row.pass_code_hash, `pass of ${code}`)).toBe(expected.passCode === 'old');
        expect(matches(row.pass_code_hash, pass)).toBe(expected.passCode === 'new');
        const same = expected.identifier === before.identifier && expected.passCode === before.passCode;
        // Nothing to change: updated_date stays (rule 9).
        if (same) expect(row).toEqual(rowBefore);
        else expect(row.updated_at).not.toEqual(rowBefore.updated_at);
      }),
    );
  });
}

for (const byServer of [false, true]) {
  crmSuite(
    `rule matrix, CRM_ALLOW_NO_IDENTIFIER=${String(byServer)}`,
    (crm) => {
      matrix(crm, byServer, false);
      matrix(crm, !byServer, true);
    },
    { CRM_ALLOW_NO_IDENTIFIER: String(byServer) },
  );
}

crmSuite('the setting for tokens with neither', (crm) => {
  it('is off by default, applies to its account only, and takes effect at once', async () => {
    const [one, other] = [await crm.organisation(), await crm.organisation()];
    const create = (root: Crm['root']) => root.post('access_tokens/create');
    const set = (allow: boolean | null): Promise<unknown> =>
      crm.accounts('PUT', `/${one.id}`, { settings: { allow_no_identifier: allow } });
    expect(failure(await create(one.root), ERROR.missing)).toBe('identifier');
    await set(true);
    data(await create(one.root));
    failure(await create(other.root), ERROR.missing);
    await set(false);
    failure(await create(one.root), ERROR.missing);
    await set(true);
    await set(null);
    failure(await create(one.root), ERROR.missing);
  });
});
