/** Says of methods that the vendor documents and this server lacks why they are missing (docs/contracts/crm.md §8). */

const NO_DEVICES =
  'is not served: this server has no devices that could log in; use authentication/token, ' +
  'authentication/web_api_key/token or authentication/consumer_application_key/token';
const NEVER_PENDING =
  'is not served: access tokens are EFFECTIVE as soon as they are created, and need no verification';

/** By the name of the method: the rest of the sentence that begins with it. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['authentication/device_application_key/token', NO_DEVICES],
  [
    'access_tokens/generate_otp',
    'is not served: nothing here takes a one-time password; use the authentication_code, or identifier and pass_code, ' +
      'also in authentication/consumer_application_key/token',
  ],
  ['access_tokens/verify', NEVER_PENDING],
  ['access_tokens/reset_verification_code', NEVER_PENDING],
  [
    'access_tokens/forgot_pass_code',
    'is not served: this server sends no mail; access_tokens/reset_pass_code returns a new pass code',
  ],
  [
    'access_tokens/configuration/classifications/list',
    'is not served: classifications are stored as they are given, and are listed nowhere',
  ],
]);

/**
 * The reason why a documented method is missing, for people.
 * @param path - of a request that no route has; slashes at its end do not matter
 * @returns nothing if the vendor does not document it either
 */
export function reasonNotServed(path: string): string | undefined {
  const asked = path.replace(/\/+$/, '');
  for (const [method, reason] of REASONS) if (asked.endsWith(`/${method}`)) return `${method} ${reason}`;
  return undefined;
}
