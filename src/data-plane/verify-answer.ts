/** Prepared answers of `/verify`, which differ only in the id of the request. */
import type { ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER } from '../http/index.js';
import { PreparedHeaders } from '../internals/index.js';

const JSON_TYPE = ['Content-Type', 'application/json'];

/** Status, headers and body of an answer. */
export class VerifyAnswer {
  private readonly headers: PreparedHeaders;
  private readonly closing: PreparedHeaders;

  /** @param headers - names and values in turn */
  constructor(
    readonly status: number,
    headers: readonly string[],
    private readonly text = '',
  ) {
    const type = text === '' ? [] : JSON_TYPE;
    const length = ['Content-Length', String(Buffer.byteLength(text))];
    const rawHeaders = [...headers, ...type, ...length];
    this.headers = new PreparedHeaders(rawHeaders, REQUEST_ID_HEADER);
    this.closing = new PreparedHeaders([...rawHeaders, 'Connection', 'close'], REQUEST_ID_HEADER);
  }

  /**
   * Sends the answer. A server that no longer accepts connections closes this one. The socket is taken from the request,
   * because the response has none while an earlier request on the same connection is being answered.
   */
  send(response: ServerResponse, requestId: string): void {
    const { server } = response.req.socket as unknown as { server?: { listening: boolean } };
    const headers = server?.listening === false ? this.closing : this.headers;
    headers.writeHead(response, this.status, requestId);
    response.end(this.text);
  }
}
