import { X509Certificate, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { selfSignedCertificate } from './certificate.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function certificate(serial: string, notAfter = new Date('2036-01-02T03:04:05Z')): X509Certificate {
  const notBefore = new Date('2026-11-29T03:00:00Z');
  return new X509Certificate(
    selfSignedCertificate({ serial, name: 'team.example.com', notBefore, notAfter, publicKey, privateKey }),
  );
}

describe('a certificate', () => {
  it('holds the key, and is signed by it', () => {
    const made = certificate('0123456789abcdef');
    expect(made.verify(publicKey)).toBe(true);
    expect(made.checkIssued(made)).toBe(true);
    const signature = privateKey.asymmetricKeyType === 'rsa' && made.publicKey.export({ type: 'spki', format: 'pem' });
    expect(signature).toBe(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
    expect(verify('sha256', Buffer.from('x'), made.publicKey, Buffer.from('no signature'))).toBe(false);
  });

  it('says for whom and for how long it is', () => {
    const made = certificate('01', new Date('2100-01-02T03:04:05Z'));
    expect(made.subject).toBe('CN=team.example.com');
    expect(made.issuer).toBe('CN=team.example.com');
    expect([made.validFrom, made.validTo]).toEqual(['Nov 29 03:00:00 2026 GMT', 'Jan  2 03:04:05 2100 GMT']);
  });

  it.each([
    ['00ff', 'FF'],
    ['80', '80'],
    ['7f01', '7F01'],
  ])('has the serial number %s as a positive number', (serial, expected) => {
    expect(certificate(serial).serialNumber).toBe(expected);
  });
});
