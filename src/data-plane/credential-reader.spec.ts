import { describe, expect, it } from '@jest/globals';
import { CredentialForms } from '../core/index.js';
import { BEARER_FORM } from '../identity/index.js';
import { CredentialReader } from './credential-reader.js';

const TOKEN = 'A'.repeat(43);

describe('CredentialReader', () => {
  const reader = new CredentialReader(new CredentialForms([BEARER_FORM]));

  /** The raw headers of a request with this number of headers, the last of which has the credential. */
  const headers = (count: number): string[] => [
    ...Array.from({ length: count - 1 }, (_, at) => [`X-${String(at)}`, '']).flat(),
    ...['Authorization', `Bearer ${TOKEN}`],
  ];

  it.each([1, 999])('reads a credential among %d headers', (count) => {
    expect(reader.read(headers(count))).toMatchObject({ form: BEARER_FORM });
  });

  it.each([1000, 1001])('reads none among %d headers, of which Node may have dropped some', (count) => {
    expect(reader.read(headers(count))).toEqual({ reason: 'conflicting' });
  });
});
