/** Finds the request and the response in the contexts of Nest: HTTP, GraphQL, WebSocket and RPC. */
import type { ExecutionContext } from '@nestjs/common';

/** What guards need of a request. Express passes the request of Node itself. */
export interface GuardedRequest {
  readonly rawHeaders: readonly string[];
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
  /** Of the client, by the host's own trust in proxies. */
  readonly ip?: string | undefined;
}

export interface GuardedResponse {
  setHeader(name: string, value: string): unknown;
}

type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;

/**
 * The request that a handler serves. In GraphQL it is `req` or `request` of the context; of WebSockets the handshake of
 * socket.io or a `request` of the client; in gRPC the metadata, in other transports `headers` of the context.
 * @returns the object that others see as the request, or `undefined`
 */
export function requestIn(context: ExecutionContext): object | undefined {
  switch (context.getType<string>()) {
    case 'http':
      return context.switchToHttp().getRequest<object>();
    case 'graphql':
      return ofGraphql(context.getArgs<unknown[]>()[2]);
    case 'ws':
      return ofSocket(context.switchToWs().getClient<unknown>());
    default:
      return firstPart([context.switchToRpc().getContext<unknown>()]);
  }
}

/** The response of HTTP and GraphQL; `undefined` where there is none. */
export function responseIn(context: ExecutionContext): GuardedResponse | undefined {
  const type = context.getType<string>();
  const response: unknown =
    type === 'http' ? context.switchToHttp().getResponse() : type === 'graphql' ? ofResponse(context) : undefined;
  if (!isPart(response)) return undefined;
  // Fastify wraps the response of Node, but sends only what it was given itself.
  const set = response.setHeader ?? response.header;
  if (typeof set !== 'function') return undefined;
  return { setHeader: (name, value) => set.call(response, name, value) as unknown };
}

function ofResponse(context: ExecutionContext): unknown {
  const shared = context.getArgs<unknown[]>()[2];
  return isPart(shared)
    ? (shared.res ?? shared.response ?? (isPart(shared.reply) ? shared.reply : undefined))
    : undefined;
}

function ofGraphql(shared: unknown): object | undefined {
  if (!isPart(shared)) return undefined;
  const extra = isPart(shared.extra) ? shared.extra.request : undefined;
  return firstPart([shared.req, shared.request, extra]);
}

function ofSocket(client: unknown): object | undefined {
  return isPart(client) ? firstPart([client.request, client.upgradeReq, client.handshake]) : undefined;
}

function firstPart(values: readonly unknown[]): object | undefined {
  return values.find(isPart);
}
