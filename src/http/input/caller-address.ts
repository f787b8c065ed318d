/** Determines the network address of a caller. */
import type { Request } from 'express';

/** The network address as Express determines it with the configured trust in proxies; at most 64 characters. */
export function callerAddress(request: Request): string | null {
  return request.ip?.replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64) ?? null;
}
