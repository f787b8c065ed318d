/** Channels for requests, streams and what is refused. */
import { declareChannel } from '../../core/index.js';

/** A request that has arrived. */
export interface RequestStartMessage {
  readonly requestId: string;
  readonly method: string;
  /** A dialect, `oauth` or `verify`; `null` if it is not known yet or the request belongs to none. */
  readonly dialect: string | null;
}

/** A finished request. */
export interface RequestMessage extends RequestStartMessage {
  /** The pattern of the route with its prefix, such as `/acme/users/:id`; `null` if no route matched. */
  readonly route: string | null;
  readonly status: number;
  /** Whether the connection was closed before the whole answer was sent. */
  readonly aborted: boolean;
  readonly durationMs: number;
}

/** Published when a request arrives. It is handled in the context of the stores bound to this channel. */
export const requestStartChannel = declareChannel<RequestStartMessage>('latchkey:request:start');

/** Published when a request is finished. */
export const requestChannel = declareChannel<RequestMessage>('latchkey:request');

/**
 * The same for the requests that reach Express: all but those to `/verify`, for which metrics have counters of their
 * own that cost less than a message.
 */
export const routedRequestChannel = declareChannel<RequestMessage>('latchkey:request:routed');

/** A stream of changes to one client. */
export interface StreamMessage {
  readonly event: 'opened' | 'ended' | 'refused';
  readonly dialect: string;
  /** The pattern of the route with its prefix. */
  readonly route: string | null;
  /**
   * Why it has ended: the client disconnected, reads too slowly, or is no longer allowed to watch; or the server is
   * stopping. Why it was refused: the user or the token has as many streams as it may. `null` for a stream that was
   * opened.
   */
  readonly reason: 'client' | 'slow' | 'refused' | 'shutdown' | 'user_limit' | 'token_limit' | null;
  /** Number of open streams of this dialect. */
  readonly open: number;
}

/** Published when a stream is opened, when it has ended, and when one more was refused by a limit. */
export const streamChannel = declareChannel<StreamMessage>('latchkey:stream');

/** Something that was refused because a limit of the server was reached. */
export interface CapacityMessage {
  /**
   * What there was too much of: connections, to the main listener or to another one; size, number or time of the headers
   * of a request; size or time of a body; bodies in memory; time in which a client took nothing of an answer; rows of a
   * list or a page.
   */
  readonly resource:
    | 'connections'
    | 'verify_connections'
    | 'operations_connections'
    | 'header_bytes'
    | 'header_lines'
    | 'slow_headers'
    | 'body_bytes'
    | 'slow_bodies'
    | 'bodies'
    | 'stalled_answers'
    | 'list_rows'
    | 'page_rows';
  /** The limit that was reached; times are in milliseconds. */
  readonly limit: number;
  /** Network address of the connection. */
  readonly address: string | null;
}

/** Published for everything that was refused, cut short or dropped. */
export const capacityChannel = declareChannel<CapacityMessage>('latchkey:capacity');

/** A request that was refused because a web page of another site made a browser send it. */
export interface ForeignPageMessage {
  readonly dialect: string;
  readonly method: string;
  /** What the browser says of the page: `cross-site`, or `same-site` if that is refused as well. */
  readonly relation: string;
}

/** Published for each request that `BROWSER_WRITES_FROM` refuses. */
export const foreignPageChannel = declareChannel<ForeignPageMessage>('latchkey:foreign-page');

/** A request of a signed-in user that their rights do not allow. */
export interface DenialMessage {
  /** A dialect or `oauth`; `null` for `/metrics`. */
  readonly dialect: string | null;
  readonly method: string;
  /** The pattern of the route with its prefix. */
  readonly route: string | null;
  /** The permission that the route requires. */
  readonly permission: string;
  readonly userId: number | null;
  readonly tokenId: string | null;
  /** Network address of the client. */
  readonly address: string | null;
  readonly requestId: string | null;
}

/** Published when a guard has refused a caller whom it knows. */
export const denialChannel = declareChannel<DenialMessage>('latchkey:denial');
