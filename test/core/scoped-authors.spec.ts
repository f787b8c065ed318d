/** What somebody can change by a token with scopes, below every door (docs/decisions/0061). */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  ImportedTokens,
  SYSTEM,
  type Actor,
  type ForeignToken,
  type Token,
  type TokenChanges,
  type Transaction,
} from '../../src/core/index.js';
import {
  AccountService,
  PersonalToken,
  PersonalTokenService,
  ServerSettings,
  type IssuedPersonalToken,
} from '../../src/identity/index.js';
import { onBothEngines } from '../support/engines.js';
import { issueToken, sharedServer } from '../support/services.js';
import { ACCOUNT, ADMIN } from '../support/test-server.js';

const LIMITED = { code: 'scopes_exceeded' };

onBothEngines('the author of a change, by a token with scopes', (engine) => {
  const shared = sharedServer(engine);
  let author: Actor;
  const issue = async (scopes: readonly string[] | null): Promise<PersonalToken> =>
    (await issueToken(shared.services, { userId: ADMIN.id, scopes })).token;
  const actorBy = ({ id }: Token): Actor => ({
    kind: 'user',
    userId: ADMIN.id,
    userName: 'Administrator',
    tokenId: id,
    admin: true,
    address: null,
  });
  const write = <T>(work: (tx: Transaction) => Promise<T>, actor = author): Promise<T> =>
    shared.services.unitOfWork.write(actor, work);
  const issuedBy = (actor: Actor, scopes: readonly string[] | null): Promise<IssuedPersonalToken> =>
    shared.server.app.get(PersonalTokenService).issue(actor, ADMIN.id, 'a token', null, scopes);
  const issued = (scopes: readonly string[] | null): Promise<IssuedPersonalToken> => issuedBy(author, scopes);
  const changed = (token: PersonalToken, changes: TokenChanges<PersonalToken>): Promise<PersonalToken> =>
    write((tx) => shared.services.tokens.update(tx, PersonalToken, token, changes));

  beforeAll(async () => {
    author = actorBy(await issue(['a', 'b']));
  });

  it.each([
    [['a'], true],
    [['b', 'a', 'a'], true],
    [['a', 'c'], false],
    [['A'], false],
    [null, false],
  ])('issues a token with %j: %s', async (scopes, isIssued) => {
    if (isIssued) expect((await issued(scopes)).token.scopes).toEqual([...new Set(scopes)].sort());
    else await expect(issued(scopes)).rejects.toMatchObject(LIMITED);
  });

  it('changes, rotates and revokes only tokens within them', async () => {
    for (const scopes of [['a', 'c'], null]) {
      const token = await issue(scopes);
      await expect(changed(token, { label: 'x' })).rejects.toMatchObject(LIMITED);
      const rotation = { digest: 'd'.repeat(64) };
      await expect(
        write((tx) => shared.services.tokens.rotate(tx, PersonalToken, token, rotation)),
      ).rejects.toMatchObject(LIMITED);
      await expect(write((tx) => shared.services.tokens.revoke(tx, PersonalToken, token))).rejects.toMatchObject(
        LIMITED,
      );
    }
    const own = await issue(['a']);
    for (const scopes of [['a', 'c'], null]) await expect(changed(own, { scopes })).rejects.toMatchObject(LIMITED);
    expect((await changed(own, { scopes: ['b'] })).scopes).toEqual(['b']);
    await write((tx) => shared.services.tokens.revoke(tx, PersonalToken, own));
  });

  it('gives nobody scopes that are none', async () => {
    await expect(issue([])).rejects.toMatchObject({ code: 'invalid_value' });
    const token = await issue(null);
    const update = shared.services.unitOfWork.write(SYSTEM, (tx) =>
      shared.services.tokens.update(tx, PersonalToken, token, { scopes: ['a b'] }),
    );
    await expect(update).rejects.toMatchObject({ code: 'invalid_value' });
  });

  it('is limited by what the token holds when the change is made, not when the request began', async () => {
    const token = await issue(null);
    const actor = actorBy(token);
    await write((tx) => shared.services.tokens.update(tx, PersonalToken, token, { scopes: ['z'] }), SYSTEM);
    await expect(issuedBy(actor, null)).rejects.toMatchObject(LIMITED);
  });

  describe('changes nothing but tokens, whatever door it comes by', () => {
    const FOREIGN: ForeignToken = {
      kind: 'personal_token',
      handle: 'foreign',
      label: '',
      userId: ADMIN.id,
      accountId: null,
      enabled: true,
      createdAt: new Date(0),
      expiresAt: null,
      scopes: ['a'],
      own: {},
      algorithm: 'sha256',
      key: '',
      verifier: 'e'.repeat(64),
    };
    it.each<[string, () => Promise<unknown>]>([
      ['a user', () => shared.services.users.create(author, { email: 'wider@example.com', name: 'W' })],
      ['a right', () => shared.services.users.update(author, ADMIN.id, { name: 'Other' })],
      ['an account', () => shared.server.app.get(AccountService).create(author, 'Wider')],
      [
        'a setting of an account',
        () => shared.server.app.get(AccountService).update(author, ACCOUNT.id, { name: 'W' }),
      ],
      ['a setting', () => shared.server.app.get(ServerSettings).changePolicy(author, { serverName: 'wider' })],
      ['an imported token', () => write((tx) => shared.server.app.get(ImportedTokens).insert(tx, [FOREIGN]))],
    ])('%s', async (_name, change) => {
      await expect(change()).rejects.toMatchObject(LIMITED);
    });
  });
});
