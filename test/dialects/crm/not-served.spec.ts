import { describe, expect, it } from '@jest/globals';
import { ERROR, PREFIX, crmSuite, failure } from './support.js';

/** Each with what its refusal tells callers (docs/contracts/crm.md §8). */
const MISSING: [method: string, told: RegExp][] = [
  ['authentication/device_application_key/token', /no devices .*authentication\/web_api_key\/token/],
  ['access_tokens/generate_otp', /one-time password; use the authentication_code/],
  ['access_tokens/verify', /EFFECTIVE as soon as they are created/],
  ['access_tokens/reset_verification_code', /EFFECTIVE as soon as they are created/],
  ['access_tokens/forgot_pass_code', /no mail; access_tokens\/reset_pass_code/],
  ['access_tokens/configuration/classifications/list', /classifications .*listed nowhere/],
];

crmSuite('methods of the vendor that are not served', (crm) => {
  describe.each(MISSING)('%s', (method, told) => {
    it('says in the envelope why it is missing, and what to use', async () => {
      const parameters = { access_token_identifier: { authentication_code: 'unknown' } };
      const replies = [
        await crm.root.post(method, parameters),
        await crm.root.get(method),
        await crm.anonymous.post(`${method}/`),
      ];
      for (const reply of replies) {
        const description = failure(reply, ERROR.noMethod, 404);
        expect(description).toMatch(new RegExp(`^${method} is not served: `));
        expect(description).toMatch(told);
      }
    });
  });

  it('are told from methods that nobody documents', async () => {
    for (const method of ['access_tokens/generate', 'generate_otp', 'access_tokens/Verify', 'access_tokens/verify/1']) {
      expect(failure(await crm.root.post(method), ERROR.noMethod, 404)).toBe('');
    }
    const reply = await fetch(`${crm.server.baseUrl}${PREFIX}/access_tokens/generate_otp?token=secret`);
    expect(await reply.text()).not.toContain('secret');
  });
});
