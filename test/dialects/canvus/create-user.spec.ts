import { describe, expect, it } from '@jest/globals';
import { eachAtOnce } from '../../support/cases.js';
import { itNeedsAToken, itRefusesUnusableCallers, type Operation } from './common-cases.js';
import {
  PECULIAR_TEXTS,
  PERMISSION_DENIED,
  USER_KEYS,
  auditRows,
  canvusSuite,
  newEmail,
  ok,
  refusal,
  stored,
  userPath,
  type Login,
  type User,
} from './support.js';

const operation: Operation = {
  method: 'POST',
  path: () => '/users',
  body: { email: 'nobody@example.com', name: 'Not to be' },
};

canvusSuite('POST users', (canvus) => {
  const create = async (fields: Record<string, unknown>): Promise<User> =>
    ok<User>(await canvus.admin.post('/users', { email: newEmail(), name: 'New', ...fields }));

  describe('200', () => {
    it('returns the user in the documented keys and order, with the documented defaults', async () => {
      const email = newEmail();
      const user = await create({ email, name: 'Alice', password: 'a password' });
      expect(Object.keys(user)).toEqual(USER_KEYS);
      expect(user).toMatchObject({
        admin: false,
        approved: true,
        blocked: false,
        email,
        last_login: '',
        name: 'Alice',
        state: 'normal',
      });
      expect(ok(await canvus.admin.get(userPath(user.id)))).toEqual(user);
    });

    it('accepts a password of eight characters, which can be used to sign in', async () => {
      const email = newEmail();
      await create({ email, password: '8 chars.' });
      expect((await canvus.login({ email, password: '8 chars.' })).user.email).toBe(email);
    });

    it('treats the forms in which keyboards write a password as equal', async () => {
      const email = newEmail();
      await create({ email, password: 'cre\u0300me bru\u0302le\u0301e' });
      await canvus.login({ email, password: 'cr\u00e8me\u00a0br\u00fbl\u00e9e' });
      refusal(await canvus.anonymous.post('/users/login', { email, password: 'creme brulee' }), 401);
    });

    it.each([
      ['72 bytes', 'é'.repeat(36)],
      ['spaces at both ends', '  pass word  '],
      ['emoji', '🔑🚪🏠🌳🐎🔋📎🥨'],
    ])('accepts a password of %s exactly as it is', async (_kind, password) => {
      const email = newEmail();
      await create({ email, password });
      await canvus.login({ email, password });
      const trimmed = password.trim() === password ? `${password} ` : password.trim();
      refusal(await canvus.anonymous.post('/users/login', { email, password: trimmed }), 401);
    });

    it('creates a user without a password, who cannot sign in with any', async () => {
      const { email } = await create({});
      for (const password of ['', ' ', 'null', 'undefined']) {
        const reply = await canvus.anonymous.post('/users/login', { email, password });
        expect(refusal(reply, 401)).toBe('Invalid username or password.');
      }
    });

    it('applies admin, approved and blocked', async () => {
      expect(await create({ admin: true, approved: false, blocked: true })).toMatchObject({
        admin: true,
        approved: false,
        blocked: true,
      });
    });

    it('treats null as the default', async () => {
      expect(await create({ admin: null, approved: null, blocked: null, password: null })).toMatchObject({
        admin: false,
        approved: true,
        blocked: false,
      });
    });

    it.each(PECULIAR_TEXTS)('keeps a name byte for byte: %s', async (_kind, name) => {
      const user = await create({ name });
      expect(user.name).toBe(name);
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).name).toBe(name);
    });

    it.each([
      'Mixed.Case+Tag@Example.COM',
      "o'brien_%&#@sub.example.com",
      'robot@intranet',
      `${'l'.repeat(64)}@${'d'.repeat(63)}.example.com`,
    ])('keeps an e-mail address byte for byte: %s', async (email) => {
      const user = await create({ email });
      expect(user.email).toBe(email);
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).email).toBe(email);
    });

    it.each([
      ['Ünï-e\u0301', 'exämple.com', 'Ünï-é@xn--exmple-cua.com'],
      ['\uFF41lice', 'ex\uFF41mple。org', 'alice@example.org'],
      ['Bob', 'XN--BCHER-KVA.example', 'Bob@XN--BCHER-KVA.example'],
    ])('stores an address in its normal form: %s@%s', async (local, domain, stored) => {
      const user = await create({ email: `${local}@${domain}` });
      expect(user.email).toBe(stored);
      expect(ok<User>(await canvus.admin.get(userPath(user.id))).email).toBe(stored);
    });

    it('ignores unknown members', async () => {
      const user = await create({ id: 5, state: 'deleted', last_login: 'now', groups: [1] });
      expect(Object.keys(user)).toEqual(USER_KEYS);
      expect(user).toMatchObject({ state: 'normal', last_login: '' });
      expect(user.id).toBeGreaterThan(1000);
    });

    it('never reuses an id', async () => {
      const { id } = await create({});
      ok(await canvus.admin.delete(userPath(id)));
      expect((await create({})).id).toBeGreaterThan(id);
    });

    it('leaves approval to the server’s setting if the request omits it', async () => {
      const set = async (value: boolean): Promise<void> => {
        const patch = { authentication: { require_admin_approval: value } };
        ok(await canvus.admin.patch('/server-config', patch));
      };
      await set(true);
      expect((await create({})).approved).toBe(false);
      expect((await create({ approved: true })).approved).toBe(true);
      await set(false);
    });

    it('is audited, and neither the answer nor the database contains the password', async () => {
      const email = newEmail();
      const reply = await canvus.admin.post('/users', { email, name: 'Audited', password: 'Tell-nobody-1' });
      const { id } = ok<User>(reply);
      expect(reply.text).not.toContain('Tell-nobody-1');
      const row = (await auditRows(canvus.server, { action: 'user.created' })).at(-1);
      expect(row).toMatchObject({ authorId: 1000, targetType: 'user', targetId: String(id), targetName: 'Audited' });
      expect(await stored(canvus.server)).not.toContain('Tell-nobody-1');
    });
  });

  describe('400', () => {
    const good = { email: 'good@example.com', name: 'Good', password: 'good enough' };

    const FAULTS: [what: string, fault: object, text: string][] = [
      ['email is missing', { email: undefined }, 'email parameter is missing'],
      ['email is null', { email: null }, 'email parameter is missing'],
      ['name is missing', { name: undefined }, 'name parameter is missing'],
      ['name is a number', { name: 5 }, 'name must be a string'],
      ['email is a number', { email: 5 }, 'email must be a string'],
      ['name is empty', { name: '' }, 'name'],
      ['name has 256 characters', { name: 'n'.repeat(256) }, 'name'],
      ['email is empty', { email: '' }, 'email'],
      ['email has no @', { email: 'alice.example.com' }, 'email'],
      ['email has two @', { email: 'a@b@example.com' }, 'email'],
      ['email has spaces around it', { email: ' alice@example.com ' }, 'email'],
      ['email has a line break', { email: 'alice@example.com\nBcc: x@example.com' }, 'email'],
      ['email is too long', { email: `a@${'b'.repeat(60)}.${'c.'.repeat(100)}com` }, 'email'],
      ['email is an array', { email: ['alice@example.com'] }, 'email'],
      ['password is empty', { password: '' }, 'password'],
      ['password has 7 characters', { password: '1234567' }, 'password must be at least 8 characters long'],
      ['password has 7 emoji', { password: '🔑'.repeat(7) }, 'password must be at least 8 characters long'],
      ['password has 7 characters once composed', { password: 'e\u0301'.repeat(7) }, 'at least 8 characters'],
      ['password has a line break', { password: 'first line\nsecond' }, 'password must not hold control characters'],
      ['password is a number', { password: 12345678 }, 'password'],
      ['password has 73 bytes', { password: 'p'.repeat(73) }, 'password'],
      ['password has 74 bytes in 37 characters', { password: 'é'.repeat(37) }, 'password'],
      ['admin is a string', { admin: 'true' }, 'admin'],
      ['approved is a number', { approved: 1 }, 'approved'],
      ['blocked is an object', { blocked: {} }, 'blocked'],
      ['a confirmation is asked for, which needs mail', { need_email_confirmation: true }, 'need_email_confirmation'],
    ];

    it('says what is wrong, and creates no user', async () => {
      const before = await stored(canvus.server);
      await eachAtOnce(FAULTS, async ([, fault, text]) => {
        const reply = await canvus.admin.post('/users', { ...good, ...fault });
        expect(refusal(reply, 400)).toContain(text);
      });
      expect(await stored(canvus.server)).toEqual(before);
    });

    it('refuses a password shorter than the server requires', async () => {
      const set = async (length: number): Promise<void> => {
        ok(await canvus.admin.patch('/server-config', { authentication: { password: { min_length: length } } }));
      };
      await set(10);
      const reply = await canvus.admin.post('/users', { ...good, password: '123456789' });
      expect(refusal(reply, 400)).toBe('password must be at least 10 characters long');
      await create({ password: '1234567890' });
      await set(1);
      await create({ password: 'p' });
      await set(8);
    });
  });

  describe('401', () => {
    itNeedsAToken(canvus, operation);
  });

  describe('403', () => {
    itRefusesUnusableCallers(canvus, operation);

    it('refuses regular users and creates no user', async () => {
      const { actor } = await canvus.person();
      const before = await stored(canvus.server);
      const reply = await actor.post('/users', { email: newEmail(), name: 'New' });
      expect(reply.status).toBe(403);
      expect(reply.json()).toEqual(PERMISSION_DENIED);
      expect(await stored(canvus.server)).toEqual(before);
    });
  });

  describe('409', () => {
    it.each([
      ['as it is', (email: string) => email],
      ['in other case', (email: string) => email.toUpperCase()],
    ])('says that an address is in use, given %s, and creates no user', async (_kind, change) => {
      const { email, password } = await canvus.person();
      const before = await stored(canvus.server);
      const reply = await canvus.admin.post('/users', { email: change(email), name: 'Twin', password: 'of the twin' });
      expect(refusal(reply, 409)).toContain('already in use');
      expect(await stored(canvus.server)).toEqual(before);
      const login = await canvus.anonymous.post('/users/login', { email, password });
      expect(ok<Login>(login).user.email).toBe(email);
    });

    it('frees the address of a deleted user', async () => {
      const { user } = await canvus.person();
      ok(await canvus.admin.delete(userPath(user.id)));
      expect((await create({ email: user.email })).email).toBe(user.email);
    });
  });
});
