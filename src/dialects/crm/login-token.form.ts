/** The form of login tokens, which only this dialect, introspection and revocation accept. */
import { randomBytes } from 'node:crypto';
import { Secret, type CredentialForm } from '../../core/index.js';

/** 32 upper-case hex digits. */
const PATTERN = '[0-9A-F]{32}';

/** A whole text that is a login token. */
export const LOGIN_TOKEN = new RegExp(`^${PATTERN}$`);

export function isLoginToken(text: string): boolean {
  return LOGIN_TOKEN.test(text);
}

export function newLoginToken(): Secret {
  return new Secret(randomBytes(16).toString('hex').toUpperCase());
}

export const LOGIN_TOKEN_FORM: CredentialForm = {
  noun: 'login token',
  holder: 'users',
  kinds: [],
  secretPattern: PATTERN,
  isSecret: isLoginToken,
};
