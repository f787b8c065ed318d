/** Decompresses request bodies by their Content-Encoding (RFC 9110 §8.4). */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { BodyError, bodyTooLarge } from './input-errors.js';

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/**
 * The body without its encoding, or why it has none.
 * @param encoding - the value of the header
 * @param maxBytes - limit of the result
 */
export async function decompressed(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer | BodyError> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return bytes;
  const decompress = DECOMPRESS.get(name);
  if (!decompress) {
    return new BodyError('unreadable', 'the request body could not be read: send it as gzip, deflate, br, or as it is');
  }
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const isTooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge
      ? bodyTooLarge(maxBytes)
      : new BodyError('unreadable', `the request body could not be read: it is not valid ${name}`);
  }
}
