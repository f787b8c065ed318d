/** Cases that every operation on one service token has in common. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import type { Reply } from '../../support/http.js';
import {
  AUTHENTICATION_ERROR,
  NOT_FOUND,
  UNKNOWN_HEX,
  UNKNOWN_ID,
  changingNothing,
  noRoute,
  refusal,
  tokenPath,
  type Caller,
  type Cloudflare,
} from './support.js';

/** One operation on a token, with a request that succeeds for permitted callers. */
export interface Operation {
  readonly method: string;
  /** The path after the token's id. */
  readonly action?: string;
  readonly body?: unknown;
}

const MALFORMED_IDS: [kind: string, id: string][] = [
  ['is no UUID', 'nonsense'],
  ['is a UUID without dashes', UNKNOWN_ID.replaceAll('-', '')],
  ['is a client id', `${UNKNOWN_HEX}.access`],
  ['is a number', '1'],
  ['is longer than a UUID', `${UNKNOWN_ID}0`],
  ['has 4,000 characters', 'f'.repeat(4000)],
  ['holds a NUL', '%00'],
  ['holds a slash', `..%2F${UNKNOWN_ID}`],
  ['is SQL', `'%20OR%20''%3D'`],
];

/** 404: the answer does not reveal whether a token with that id exists elsewhere. */
export function itHidesWhatIsNotThere(cf: Cloudflare, { method, action = '', body }: Operation): void {
  const call = (caller: Caller, account: string, id: string): Promise<Reply> =>
    changingNothing(cf, () => caller.send(method, tokenPath(account, id) + action, body));

  it('answers 12135 for an unknown id', async () => {
    const reply = await call(cf.admin, await cf.account(), UNKNOWN_ID);
    expect(refusal(reply, 404, 12135)).toEqual(NOT_FOUND);
  });

  it('answers with the same bytes for an id that is malformed', async () => {
    const account = await cf.account();
    await changingNothing(cf, async () => {
      const unknown = await cf.admin.send(method, tokenPath(account, UNKNOWN_ID) + action, body);
      await eachAtOnce(MALFORMED_IDS, async ([, id]) => {
        const reply = await cf.admin.send(method, tokenPath(account, id) + action, body);
        expect({ status: reply.status, text: reply.text }).toEqual({ status: 404, text: unknown.text });
      });
    });
  });

  it('answers with the same bytes for another account’s token and a token of another kind', async () => {
    const account = await cf.account();
    const theirs = await cf.token(await cf.account());
    const { caller, userId } = await cf.memberOf(account, 'administrator');
    const rows = await cf.server.dataSource.query<{ id: string }[]>(
      `SELECT id FROM latchkey_token WHERE kind = 'personal_token' AND user_id = ${String(userId)}`,
    );
    const ownKey = rows[0]?.id ?? '';
    expect(ownKey).toHaveLength(36);
    await changingNothing(cf, async () => {
      const unknown = await caller.send(method, tokenPath(account, randomUUID()) + action, body);
      for (const id of [theirs.id, ownKey]) {
        const reply = await caller.send(method, tokenPath(account, id) + action, body);
        expect({ status: reply.status, text: reply.text }).toEqual({ status: 404, text: unknown.text });
      }
    });
  });

  it('answers 12135 for a token that was deleted', async () => {
    const account = await cf.account();
    const { id } = await cf.token(account);
    expect((await cf.admin.delete(tokenPath(account, id))).status).toBe(200);
    expect(refusal(await call(cf.admin, account, id), 404, 12135)).toEqual(NOT_FOUND);
  });

  it('repeats the path to an administrator of the server if the account does not exist', async () => {
    await changingNothing(cf, () =>
      eachAtOnce([UNKNOWN_HEX, 'x', 'F'.repeat(33)], async (account) => {
        const path = tokenPath(account, UNKNOWN_ID) + action;
        const item = refusal(await cf.admin.send(method, path, body), 404, 7003);
        expect(item).toEqual({ code: 7003, message: noRoute(cf, path) });
      }),
    );
  });
}

/** 403: an account that is not the caller's looks like one that does not exist. */
export function itHidesForeignAccounts(cf: Cloudflare, { method, action = '', body }: Operation): void {
  it('answers with the same bytes for a foreign account and one that does not exist', async () => {
    const account = await cf.account();
    const token = await cf.token(account);
    const { caller } = await cf.memberOf(await cf.account(), 'administrator');
    const foreign = await changingNothing(cf, () => caller.send(method, tokenPath(account, token.id) + action, body));
    expect(refusal(foreign, 403, 10000)).toEqual(AUTHENTICATION_ERROR);
    const nowhere = await caller.send(method, tokenPath(UNKNOWN_HEX, token.id) + action, body);
    expect({ status: nowhere.status, text: nowhere.text }).toEqual({ status: 403, text: foreign.text });
  });
}

/** Clients use hex digits in both cases. */
export function itTakesUpperCaseIds(cf: Cloudflare, { method, action = '', body }: Operation): void {
  it('accepts ids in upper case', async () => {
    const account = await cf.account();
    const { id } = await cf.token(account);
    const reply = await cf.admin.send(method, tokenPath(account.toUpperCase(), id.toUpperCase()) + action, body);
    expect(reply.status).toBe(200);
    expect(reply.json<{ result: { id: string } }>().result.id).toBe(id);
  });
}
