import { describe, expect, it } from '@jest/globals';
import { AuditRecord, SYSTEM } from '../../../src/core/index.js';
import { LoginLockouts } from '../../../src/identity/index.js';
import type { Reply } from '../../support/http.js';
import { ACCOUNT } from '../../support/test-server.js';
import { ERROR, byCode, byIdentifier, crmSuite, data, failure, make, type Client, type Made } from './support.js';

const SHOW = 'access_tokens/show';
const METHODS = [SHOW, 'access_tokens/update', 'access_tokens/set_as_effective', 'access_tokens/set_as_not_effective'];

const wrong = (made: Pick<Made, 'identifier'>): object => byIdentifier({ ...made, passCode: 'a guess' });

crmSuite(
  'a pass code that is guessed',
  (crm) => {
    const fail = async (
      client: Client,
      made: Pick<Made, 'identifier'>,
      times: number,
      method = SHOW,
    ): Promise<void> => {
      for (let count = 0; count < times; count += 1) {
        failure(await client.post(method, { ...wrong(made) }), ERROR.notFound);
      }
    };
    const isThrottled = (reply: Reply): void => {
      expect(failure(reply, ERROR.throttled)).toMatch(/^Too many wrong pass codes; try again in \d+ seconds$/);
      expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    };

    describe('SECURITY.TOOMANYFAILEDLOGINS', () => {
      it.each(METHODS)(
        'is the answer after some failures of %s, for the right pass code too, until the time has passed',
        async (method) => {
          crm.server.clock.freeze();
          const made = await make(crm.root);
          const member = await crm.member();
          await fail(member, made, 3, method);
          const reply = await member.post(SHOW, byIdentifier(made));
          isThrottled(reply);
          const seconds = Number(reply.headers['retry-after']);
          crm.server.clock.advance((seconds - 1) * 1000);
          isThrottled(await member.post(SHOW, byIdentifier(made)));
          crm.server.clock.advance(1000);
          data(await member.post(SHOW, byIdentifier(made)));
          crm.server.clock.reset();
        },
      );

      it('is over for a user whose failed logins an administrator has cleared', async () => {
        const made = await make(crm.root);
        const member = await crm.member();
        await fail(member, made, 3);
        isThrottled(await member.post(SHOW, byIdentifier(made)));
        const { app, dataSource } = crm.server;
        const row = await dataSource
          .getRepository(AuditRecord)
          .findOneOrFail({ where: { action: 'token.pass_code_refused' }, order: { id: 'DESC' } });
        await app.get(LoginLockouts).clear(SYSTEM, Number(row.authorId));
        data(await member.post(SHOW, byIdentifier(made)));
      });

      it('counts all methods and both verbs together, and unknown identifiers too', async () => {
        const member = await crm.member();
        for (const identifier of [(await make(crm.root)).identifier, 'nobody has this']) {
          await fail(member, { identifier }, 1, 'access_tokens/update');
          await fail(member, { identifier }, 1);
          const query = { access_token_identifier: `identifier=${identifier},pass_code=a guess` };
          failure(await member.get(SHOW, query), ERROR.notFound);
          isThrottled(await member.get(SHOW, query));
          isThrottled(await member.post(SHOW, { ...wrong({ identifier }) }));
        }
      });

      it('is the answer to a caller who tries many identifiers', async () => {
        const member = await crm.member('read_only');
        for (let at = 0; at < 8; at += 1) await fail(member, { identifier: `guess-${String(at)}` }, 1);
        isThrottled(await member.post(SHOW, { ...wrong({ identifier: 'guess-9' }) }));
      });

      it('allows no more attempts when all arrive at the same time', async () => {
        const made = await make(crm.root);
        const member = await crm.member('read_only');
        const replies = await Promise.all(Array.from({ length: 80 }, () => member.post(SHOW, { ...wrong(made) })));
        const codes = replies.map((reply) => reply.json<{ status: { code: string } }>().status.code);
        expect(codes.filter((code) => code.includes(ERROR.notFound))).toHaveLength(3);
        expect(codes.filter((code) => code.includes(ERROR.throttled))).toHaveLength(77);
      });

      it('is the answer when several callers try one identifier', async () => {
        const made = await make(crm.root);
        const members = await Promise.all([crm.member('read_only'), crm.member('read_only')]);
        for (const member of members) await fail(member, made, 3);
        isThrottled(await (await crm.member()).post(SHOW, byIdentifier(made)));
      });
    });

    describe('OK', () => {
      it('is the answer to other members, to the same member by the code, and for other identifiers', async () => {
        const [made, other] = [await make(crm.root), await make(crm.root)];
        const member = await crm.member();
        await fail(member, made, 3);
        data(await crm.root.post(SHOW, byIdentifier(made)));
        data(await member.post(SHOW, byCode(made.code)));
        data(await member.post(SHOW, byIdentifier(other)));
      });

      it('resets the failures after the right pass code, and after a new one was set', async () => {
        const made = await make(crm.root);
        const member = await crm.member();
        for (let round = 0; round < 2; round += 1) {
          await fail(member, made, 2);
          data(await member.post(SHOW, byIdentifier(made)));
        }
        await fail(member, made, 2);
        isThrottled(await member.post(SHOW, byIdentifier(made)));
        const reset = await crm.root.post('access_tokens/reset_pass_code', { identifier: made.identifier });
        const { random_pass_code: passCode } = data<{ random_pass_code: string }>(reset);
        data(await member.post(SHOW, byIdentifier({ ...made, passCode })));
      });
    });

    it('leaves an audit row for each failure, and none for throttled attempts', async () => {
      const made = await make(crm.root);
      const member = await crm.member('read_only');
      await fail(member, made, 3);
      isThrottled(await member.post(SHOW, { ...wrong(made) }));
      await fail(member, { identifier: 'a pass code in the wrong field' }, 1);
      const audit = crm.server.dataSource.getRepository(AuditRecord);
      const rows = await audit.find({ where: { action: 'token.pass_code_refused' }, order: { id: 'DESC' }, take: 5 });
      const [unknown, ...known] = rows.slice(0, 4);
      for (const row of known) {
        expect(row).toMatchObject({
          targetType: 'token',
          targetId: null,
          targetName: made.identifier,
          accountId: ACCOUNT.id,
        });
        expect(row.details).toMatchObject({ kind: 'access_token', token_id: expect.any(String) });
        expect(row).toMatchObject({ authorId: expect.any(Number), ipAddress: '127.0.0.1' });
      }
      expect(unknown).toMatchObject({ targetName: null, details: { token_id: null } });
      expect(rows[4]?.targetName).not.toBe(made.identifier);
      expect(JSON.stringify(rows)).not.toMatch(/a guess|wrong field/);
      // It changed nothing, so it does not count as the last change.
      const { log_information: log } = data<{ log_information: { updated_by_user: object } }>(
        await crm.root.post(SHOW, byCode(made.code)),
      );
      expect(JSON.stringify(log.updated_by_user)).toContain('root@example.com');
    });
  },
  {
    CRM_PASS_CODE_FAILURES: '3',
    CRM_PASS_CODE_USER_FAILURES: '8',
    CRM_PASS_CODE_TOTAL_FAILURES: '6',
  },
);

crmSuite(
  '80 simultaneous wrong pass codes',
  (crm) => {
    it('prevent neither logins nor changes of passwords, and cause no server error', async () => {
      const members = await Promise.all(Array.from({ length: 4 }, () => crm.member('read_only')));
      const flood = members.flatMap((member, at) =>
        Array.from({ length: 20 }, (_, n) =>
          member.post(SHOW, { ...wrong({ identifier: `guess ${String(at * 20 + n)}` }) }),
        ),
      );
      const person = await crm.person();
      await crm.join(person);
      const work = await Promise.all(Array.from({ length: 3 }, () => crm.login(person)));
      expect(work).toHaveLength(3);
      for (const reply of await Promise.all(flood)) expect([200, 503]).toContain(reply.status);
    }, 20_000);
  },
  { BCRYPT_COST: '8' },
);
