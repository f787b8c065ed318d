/** A validator in another language, PyJWT of Debian, as the vendor's sample for Python uses it; also while the key changes. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Program } from '../support/program.js';
import { ACCOUNT, startServer } from '../support/test-server.js';
import { changeKeys, forgeries } from './forgeries.js';
import { ask, assertionOf, guardedApplication, partOf } from './guarded.js';
import { dataPlaneSuite, pair, type ServiceTokenWithSecret } from './support.js';
import { ISSUER, validatorsFor } from './validators.js';

/** Debian's own, which alone sees Debian's packages. */
const PYTHON = '/usr/bin/python3';
const MISSING = 'PyJWT is not installed: apt-get install python3-jwt python3-cryptography';
const hasPyJwt = spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status === 0;

/** Reads `aud issuer assertion` from each argument, and prints what it thinks of it. */
const VALIDATOR = `
import sys, jwt
from jwt import PyJWKClient
keys = PyJWKClient(sys.argv[1])
for line in sys.argv[2:]:
    aud, issuer, token = line.split(" ")
    try:
        key = keys.get_signing_key_from_jwt(token)
        jwt.decode(token, key.key, algorithms=["RS256"], audience=aud, issuer=issuer, options={"require": ["exp", "iat", "iss", "aud"]})
        print("accepted")
    except Exception as error:
        print("refused", type(error).__name__)
`;

(hasPyJwt || process.env.CI ? describe : describe.skip)('PyJWT', () => {
  if (!hasPyJwt) {
    it('is installed', () => {
      throw new Error(MISSING);
    });
    return;
  }
  dataPlaneSuite(
    'as the sample for Python uses it',
    ({ cf }) => {
      let aud: string;
      const assertionFor = async (): Promise<string> =>
        assertionOf(await ask(cf.server, `app=${aud}`, pair(await cf.token(ACCOUNT.id))));
      const judged = async (...lines: [aud: string, issuer: string, assertion: string][]): Promise<string[]> => {
        const args = [
          '-c',
          VALIDATOR,
          `${cf.server.baseUrl}/cdn-cgi/access/certs`,
          ...lines.map((line) => line.join(' ')),
        ];
        const python = new Program(PYTHON, { args });
        const { code } = await python.exited;
        expect([code, python.stderr]).toEqual([0, '']);
        return python.stdout.trim().split('\n');
      };

      beforeAll(async () => {
        ({ aud } = await guardedApplication(cf.server));
      });
      afterAll(() => {
        cf.server.clock.reset();
      });

      it('accepts an assertion', async () => {
        expect(await judged([aud, ISSUER, await assertionFor()])).toEqual(['accepted']);
      });

      it('refuses another application or issuer, forged ones, and one that has expired', async () => {
        const assertion = await assertionFor();
        cf.server.clock.advance(-400_000);
        const expired = await assertionFor();
        cf.server.clock.reset();
        const forged = await forgeries(cf.server, assertion);
        const answers = await judged(
          ['f'.repeat(64), ISSUER, assertion],
          [aud, 'https://other.cloudflareaccess.com', assertion],
          [aud, ISSUER, expired],
          ...forged.map((text): [string, string, string] => [aud, ISSUER, text]),
        );
        expect(answers).toEqual([
          'refused InvalidAudienceError',
          'refused InvalidIssuerError',
          'refused ExpiredSignatureError',
          ...forged.map(() => expect.stringMatching(/^refused /)),
        ]);
      });

      it('loses nobody, while the key changes under load', async () => {
        const moreTokens = (): Promise<ServiceTokenWithSecret[]> =>
          Promise.all(Array.from({ length: 20 }, () => cf.token(ACCOUNT.id)));
        const tokens = await moreTokens();
        const { jose: accepts } = validatorsFor(cf.server.baseUrl);
        const seen: string[] = [];
        let isOver = false;
        const hammer = async (part: number): Promise<void> => {
          for (let at = part; !isOver; at = (at + 4) % tokens.length) {
            const one = tokens[at];
            if (!one) continue;
            const assertion = assertionOf(await ask(cf.server, `app=${aud}`, pair(one)));
            seen.push(assertion);
            expect(await accepts?.(assertion, { aud })).toBe(true);
          }
        };
        const callers = [0, 1, 2, 3].map(hammer);
        const until = async (count: number): Promise<void> => {
          while (seen.length < count)
            await Promise.race([...callers, new Promise((resolve) => setTimeout(resolve, 5))]);
        };
        await until(200);
        const [current, next] = await changeKeys(cf.server);
        // What was signed before is handed out on; these need a signature.
        tokens.push(...(await moreTokens()));
        await until(seen.length + 200);
        isOver = true;
        await Promise.all(callers);
        const distinct = [...new Set(seen)];
        expect(new Set(distinct.map((text) => partOf(text, 0).kid))).toEqual(new Set([current, next]));
        const answers = await judged(...distinct.map((text): [string, string, string] => [aud, ISSUER, text]));
        expect(answers).toEqual(distinct.map(() => 'accepted'));
      });
    },
    { ASSERTION_ISSUER: ISSUER },
    startServer,
  );
});
