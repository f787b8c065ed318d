/** Writes self-signed X.509 certificates of RSA keys (RFC 5280), for validators that read keys from certificates only. */
import { sign, type KeyObject } from 'node:crypto';

/** What a certificate says. */
export interface CertificateContents {
  /** Up to 16 bytes as hex. */
  readonly serial: string;
  /** The common name of issuer and subject. */
  readonly name: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** The tags of ASN.1 (X.690 §8) that occur. */
const TAG = {
  integer: 0x02,
  bitString: 0x03,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

/** 1.2.840.113549.1.1.11, sha256WithRSAEncryption. */
const RSA_SHA256 = Buffer.from('2a864886f70d01010b', 'hex');
/** 2.5.4.3, commonName. */
const COMMON_NAME = Buffer.from('550403', 'hex');

/** UTCTime holds years up to here (RFC 5280 §4.1.2.5). */
const LAST_UTC_YEAR = 2049;

/** The certificate in PEM. */
export function selfSignedCertificate(contents: CertificateContents): string {
  const { serial, name, notBefore, notAfter, publicKey, privateKey } = contents;
  const algorithm = element(TAG.sequence, element(TAG.oid, RSA_SHA256), element(TAG.null));
  const toBeSigned = element(
    TAG.sequence,
    element(TAG.version, integer(Buffer.from([2]))),
    integer(Buffer.from(serial, 'hex')),
    algorithm,
    distinguishedName(name),
    element(TAG.sequence, time(notBefore), time(notAfter)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = element(TAG.sequence, toBeSigned, algorithm, bitString(signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** A positive number: one whose first bit is set gets a zero in front, and superfluous zeros go. */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first < 0 ? Buffer.from([0]) : bytes.subarray(first);
  const isNegative = ((shortest[0] ?? 0) & 0x80) !== 0;
  return element(TAG.integer, isNegative ? Buffer.from([0]) : Buffer.alloc(0), shortest);
}

function bitString(bytes: Buffer): Buffer {
  return element(TAG.bitString, Buffer.from([0]), bytes);
}

function distinguishedName(commonName: string): Buffer {
  const attribute = element(TAG.sequence, element(TAG.oid, COMMON_NAME), element(TAG.utf8, Buffer.from(commonName)));
  return element(TAG.sequence, element(TAG.set, attribute));
}

function time(moment: Date): Buffer {
  const digits = moment
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return moment.getUTCFullYear() <= LAST_UTC_YEAR
    ? element(TAG.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : element(TAG.generalizedTime, Buffer.from(digits, 'latin1'));
}
