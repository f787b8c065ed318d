/** Assertions that no validator may accept, made from a genuine one. */
import { createHmac, createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import { SignJWT } from 'jose';
import { SigningKeyCreated, SigningKeys } from '../../src/assertions/index.js';
import { servicesOf } from '../support/services.js';
import type { TestServer } from '../support/test-server.js';
import { partOf } from './guarded.js';

const DAY_MS = 86_400_000;

/** A key that the server does not know. */
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Without a signature, with HMAC by the public key, by another key under an id of its own, and under the server's. */
export async function forgeries(server: TestServer, assertion: string): Promise<string[]> {
  const [header, claims] = [partOf(assertion, 0), partOf(assertion, 1)];
  const [key] = await server.app.get(SigningKeys).published();
  const publicKey = createPublicKey({ key: { ...key?.publicKey }, format: 'jwk' });
  const unsigned = `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`;
  const body = `${encoded({ ...header, alg: 'HS256' })}.${encoded(claims)}`;
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const hmac = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
  const signed = (kid: string): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey);
  return [unsigned, hmac, await signed(hash('sha256', 'own')), await signed(String(header.kid))];
}

/**
 * As if 42 days had passed for the keys, and none for the validators, whose clock cannot be moved: the next key signs.
 * @returns the ids of the key that has signed until now, and of the next one
 */
export async function changeKeys(server: TestServer): Promise<[current: string, next: string]> {
  const published = await server.app.get(SigningKeys).published();
  const [current = '', next = ''] = published.map(({ publicKey }) => publicKey.kid);
  await server.dataSource.query(
    `UPDATE latchkey_signing_key SET signs_from = signs_from - ${String(42 * DAY_MS)} WHERE kid IN ('${current}', '${next}')`,
  );
  await servicesOf(server).events.deliver([new SigningKeyCreated()]);
  return [current, next];
}
