/** Which changes evict a cached credential, measured by the number of database look-ups. */
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SYSTEM, TokenLookup, type LookupKey, type Secret } from '../../src/core/index.js';
import { UserCreated } from '../../src/identity/index.js';
import { actors, ok, tokensOf, userPath, type Actors, type Person } from '../dialects/canvus/support.js';
import { onBothEngines } from '../support/engines.js';
import { send } from '../support/http.js';
import { issueToken, sharedServer } from '../support/services.js';

onBothEngines('a cached credential', (engine) => {
  const shared = sharedServer(engine);
  let canvus: Actors;

  beforeAll(() => {
    canvus = actors(shared.server);
  });

  /** How often the work looks a token up in the database. */
  async function lookUpsOf(digest: string, work: () => Promise<void>): Promise<number> {
    const find = jest.spyOn(shared.server.app.get(TokenLookup), 'find');
    try {
      await work();
      const keys: LookupKey[] = find.mock.calls.map(([key]) => key);
      return keys.filter((key) => 'digest' in key && key.digest === digest).length;
    } finally {
      find.mockRestore();
    }
  }

  const digestOf = ({ actor }: Person): string =>
    shared.services.hashing.digest({ reveal: () => actor.token } as Secret);

  const verify = async ({ actor }: Person): Promise<number> =>
    (await send(shared.server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': actor.token ?? '' } })).status;

  describe('is kept', () => {
    it('while its holder issues tokens: twenty of them cost one look-up', async () => {
      const person = await canvus.person();
      const lookUps = await lookUpsOf(digestOf(person), async () => {
        for (let count = 0; count < 20; count += 1) {
          ok(await person.actor.post(tokensOf(person.user.id), { description: String(count) }));
        }
      });
      expect(lookUps).toBe(1);
    });

    it('while its owner logs in: ten logins and verifications cost one look-up', async () => {
      const person = await canvus.person();
      const lookUps = await lookUpsOf(digestOf(person), async () => {
        for (let count = 0; count < 10; count += 1) {
          await canvus.login(person);
          expect(await verify(person)).toBe(200);
        }
      });
      expect(lookUps).toBe(1);
    });

    it('while others log in and get tokens, one of them during the look-up itself', async () => {
      const [person, other] = [await canvus.person(), await canvus.person()];
      const lookUps = await lookUpsOf(digestOf(person), async () => {
        const verified = Array.from({ length: 5 }, () => verify(person));
        await Promise.all([...verified, canvus.login(other), canvus.token(other.user.id)]);
        expect(await verify(person)).toBe(200);
      });
      // Reads that begin on both sides of a change do not share an answer.
      expect(lookUps).toBeLessThanOrEqual(3);
    });
  });

  describe('is evicted', () => {
    it.each<[name: string, change: (person: Person) => Promise<void>]>([
      ['is blocked', async ({ user }) => void ok(await canvus.admin.post(userPath(user.id, '/block')))],
      ['is deleted', async ({ user }) => void ok(await canvus.admin.delete(userPath(user.id)))],
    ])('as soon as its owner %s', async (_name, change) => {
      const person = await canvus.person();
      expect(await verify(person)).toBe(200);
      await change(person);
      expect(await verify(person)).not.toBe(200);
    });
  });

  it('whose owner did not exist is accepted as soon as the owner exists', async () => {
    const id = 500_000;
    const { secret } = await issueToken(shared.services, { userId: id });
    expect((await shared.services.verifier.verify({ secret })).status).toBe('owner_gone');
    await shared.services.unitOfWork.write(SYSTEM, async (tx) => {
      await tx.manager.query(
        `INSERT INTO latchkey_user (id, email, email_key, name, admin, approved, blocked, created_at, updated_at)
         VALUES (${String(id)}, 'late@example.com', 'late@example.com', 'Late', FALSE, TRUE, FALSE, 0, 0)`,
      );
      tx.record(new UserCreated({ id, name: 'Late' }));
    });
    expect((await shared.services.verifier.verify({ secret })).status).toBe('valid');
  });
});
