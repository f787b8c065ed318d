/** Determines the network address that a request comes from. */
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4, isIPv6, SocketAddress, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import type { Application, Request } from 'express';

const logger = new Logger('Proxies');

/** Whether Express trusts an address: `hop` counts the proxies, from the connection on. */
type Trust = (address: string, hop: number) => boolean;

/**
 * The nearest address that is not a trusted proxy's. An entry that is not an address says nothing, so the proxy that sent
 * it stands for its client.
 */
export function addressOf(request: Request): string | null {
  const { app, headers, socket } = request;
  if (!app.get('trust proxy') && socket.remoteAddress !== undefined) warnOnce(app, headers, socket.remoteAddress);
  return addressFor(app, request);
}

/** The same for a request that the application itself does not get, such as those to `/verify`. */
export function addressFor(app: Application, { headers, socket }: IncomingMessage): string | null {
  const connected = connectedAddress(socket);
  if (connected === undefined) return null;
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined) return connected;
  const trusts = app.get('trust proxy fn') as Trust;
  let address = connected;
  for (const [hop, entry] of [forwarded].flat().join(',').split(',').reverse().entries()) {
    if (!trusts(address, hop)) return address;
    const next = parseAddress(entry);
    if (next === undefined) return address;
    address = next;
  }
  return address;
}

const CONNECTED = Symbol('latchkey.connected');

/** The address at the other end of a connection, parsed once: most connections carry many requests. */
function connectedAddress(socket: Socket & { [CONNECTED]?: string | undefined }): string | undefined {
  return (socket[CONNECTED] ??= parseAddress(socket.remoteAddress ?? ''));
}

const WITH_PORT = /^(?:\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+):\d{1,5})$/;

/** IPv4 as sockets that listen for both versions tell it. Parsing it in full costs a native object. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * An address without its port, zone and brackets, in its canonical form: IPv4, also if mapped to IPv6, or IPv6 in lower
 * case and as short as possible. `undefined` for text that is not an address.
 */
export function parseAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const mapped = MAPPED.exec(trimmed)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  const [, bracketed, dotted] = WITH_PORT.exec(trimmed) ?? [];
  const address = (bracketed ?? dotted ?? trimmed).split('%', 1)[0] ?? '';
  if (isIP(address) === 0) return undefined;
  if (!isIPv6(address)) return address;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return canonical.replace(/^::ffff:(?=\d+\.)/, '');
}

/** Applications that have been warned. */
const WARNED = new WeakSet<Application>();

const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded'];

function warnOnce(app: Application, headers: Request['headers'], peer: string): void {
  if (WARNED.has(app)) return;
  const name = FORWARDED.find((header) => header in headers);
  if (name === undefined) return;
  WARNED.add(app);
  logger.warn(
    `${parseAddress(peer) ?? peer} sends the header ${name}, but no proxy is trusted: all who come through it count as one network address, ` +
      'and failed logins of one can lock out all others. If it is your proxy, set TRUST_PROXY to the number of proxies or ' +
      "to their addresses (in a host application: app.set('trust proxy', …))",
  );
}
