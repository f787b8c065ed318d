/** The limits of requests that have not reached a route: size, number and time of their headers. */
import type { Server, ServerOptions } from 'node:http';

/** How often connections are compared with the timeouts. */
const CHECK_MS = 1000;

/** The limits of the requests to one HTTP server. */
export interface RequestLimits {
  /** Of the request line and all headers together. */
  readonly headerBytes: number;
  /** How many header lines a request may have. */
  readonly headerLines: number;
  readonly headersSeconds: number;
  /** For a whole request. Node refuses less than {@link RequestLimits.headersSeconds}. */
  readonly requestSeconds: number;
}

/** How answers name the settings of the limits; `undefined` where there are none. */
export interface LimitNames {
  readonly headerBytes: string;
  readonly headerLines: string;
  readonly headersSeconds: string;
}

/** What a server without settings of its own has: the listener of a host's `/verify`. */
export const FIXED_LIMITS: RequestLimits = {
  headerBytes: 16_384,
  headerLines: 900,
  headersSeconds: 15,
  requestSeconds: 15,
};

/** As options of Node's HTTP server, or as its properties. */
export function nodeLimits({ headerBytes, headersSeconds, requestSeconds }: RequestLimits): ServerOptions {
  return {
    maxHeaderSize: headerBytes,
    headersTimeout: headersSeconds * 1000,
    requestTimeout: Math.max(headersSeconds, requestSeconds) * 1000,
    connectionsCheckingInterval: CHECK_MS,
  };
}

const LIMITED = new WeakMap<Server, { readonly limits: RequestLimits; readonly names: LimitNames | undefined }>();

/** Gives a server its limits, before it listens. @param names - of the settings */
export function limitRequests(server: Server, limits: RequestLimits, names?: LimitNames): void {
  Object.assign(server, nodeLimits(limits));
  LIMITED.set(server, { limits, names });
}

/** The limits that a server was given. */
export function limitsOf(server: Server): { readonly limits: RequestLimits; readonly names: LimitNames | undefined } {
  return LIMITED.get(server) ?? { limits: FIXED_LIMITS, names: undefined };
}

/** The advice for the operator, where there is a setting. */
export function orRaise(name: string | undefined): string {
  return name === undefined ? '' : `, or raise ${name}`;
}
