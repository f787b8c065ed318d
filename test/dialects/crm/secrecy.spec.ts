/** A pass code is shown once, by `reset_pass_code`; after that it is nowhere in clear text. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Reply } from '../../support/http.js';
import { ADMIN } from '../../support/test-server.js';
import { byCode, byIdentifier, crmSuite, data, make, unique, type Crm } from './support.js';

/** The content of the database: its files (SQLite), or all rows (PostgreSQL). */
async function everything(crm: Crm): Promise<string> {
  const { dataSource, database, engine } = crm.server;
  if (engine === 'sqlite') {
    const folder = database.folder ?? '';
    return readdirSync(folder)
      .map((name) => readFileSync(path.join(folder, name), 'latin1'))
      .join('\n');
  }
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_name LIKE 'latchkey%'`,
  );
  const contents = await Promise.all(tables.map(({ name }) => dataSource.query<unknown>(`SELECT * FROM ${name}`)));
  return JSON.stringify(contents);
}

interface Traces {
  readonly replies: Reply[];
  /** Every pass code that was ever set or tried. */
  readonly passCodes: string[];
  /** The only answer that may contain the last of them. */
  readonly reset: Reply;
  readonly visible: string;
}

/** The life cycle of a token, with all errors in which a pass code is involved. */
async function live(crm: Crm): Promise<Traces> {
  const { root } = crm;
  const [passCode, second, wrong, refused] = ['pass', 'second', 'wrong', 'refused'].map((what) =>
    unique(`Secret-${what}`),
  ) as [string, string, string, string];
  const made = await make(root, { pass_code: passCode });
  const again = { ...byIdentifier(made), identifier: made.identifier };
  const replies = [
    await root.post('access_tokens/show', byIdentifier(made)),
    await root.get('access_tokens/show', `access_token_identifier=identifier=${made.identifier},pass_code=${passCode}`),
    await root.post('access_tokens/create', { identifier: made.identifier, pass_code: refused }),
    await root.post('access_tokens/create', { identifier: unique('x'), pass_code: refused.padEnd(73, 'x') }),
    await root.post('access_tokens/create', { identifier: unique('x'), pass_code: [refused] }),
    await root.post('access_tokens/show', byIdentifier({ ...made, passCode: wrong })),
    await root.post('access_tokens/update', { ...byIdentifier({ ...made, passCode: wrong }), pass_code: refused }),
    await root.post('access_tokens/update', { ...again, pass_code: second, fields_set: 'pass_code,pass_code_hash' }),
    await root.post('access_tokens/set_as_not_effective', byIdentifier({ ...made, passCode: second })),
    await root.post('access_tokens/set_as_effective', byIdentifier({ ...made, passCode: second })),
    await root.postText('access_tokens/show', `{"pass_code":"${refused}`),
    await root.get('access_tokens/list', { number: '100' }),
    await root.get('access_tokens/list', { number: '100', fields_set: 'pass_code,passCodeHash,pass_code_hash' }),
  ];
  const reset = await root.post('access_tokens/reset_pass_code', { authentication_code: made.code });
  const random = data<{ random_pass_code: string }>(reset).random_pass_code;
  replies.push(
    await root.post('access_tokens/show', byIdentifier({ ...made, passCode: random })),
    await root.post('access_tokens/show', byCode(made.code)),
  );
  return { replies, passCodes: [passCode, second, wrong, refused, random], reset, visible: made.identifier };
}

crmSuite('secrecy of pass codes', (crm) => {
  it('shows none in any answer or error, and no hash', async () => {
    const { replies, passCodes, visible } = await live(crm);
    expect(replies.some(({ text }) => text.includes(visible))).toBe(true);
    for (const { text } of replies) {
      for (const passCode of passCodes) expect(text).not.toContain(passCode);
      expect(text).not.toMatch(/\$2[aby]\$|hash|"pass_code"/i);
    }
  });

  it('returns the new one of reset_pass_code once, and only in that member', async () => {
    const { reset, passCodes } = await live(crm);
    const random = passCodes.at(-1) ?? '';
    expect(reset.text.split(random)).toHaveLength(2);
    expect(data(reset)).toMatchObject({ random_pass_code: random });
    expect(reset.text).not.toMatch(/"pass_code"|\$2[aby]\$/);
  });

  it('stores none in the database, neither in tables nor in files nor in audit rows', async () => {
    const { passCodes, visible } = await live(crm);
    const text = await everything(crm);
    expect(text).toContain(visible);
    expect(text).toContain('token.issued');
    for (const passCode of passCodes) expect(text).not.toContain(passCode);
  });

  describe('login', () => {
    it('stores neither token nor password in the database', async () => {
      const person = await crm.person();
      await crm.join(person);
      const { token } = await crm.login(person);
      await crm.anonymous.post('authentication/token', {
        username: person.email,
        password: 'Wrong-Password-Of-A-Login',
        organisation: 'Acme',
      });
      const text = await everything(crm);
      expect(text).toContain(person.email);
      for (const secret of [String(token), person.password, 'Wrong-Password-Of-A-Login', ADMIN.password]) {
        expect(text).not.toContain(secret);
      }
    });
  });
});
