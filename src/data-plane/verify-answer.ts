/** Prepared answers of `/verify`, which differ only in the id of the request. */
import type { ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER } from '../http/index.js';

const JSON_TYPE = ['Content-Type', 'application/json'];

/** Status, headers and body of an answer. */
export class VerifyAnswer {
  private readonly rawHeaders: string[];

  /** @param headers - names and values in turn */
  constructor(
    readonly status: number,
    headers: readonly string[],
    private readonly text = '',
  ) {
    const type = text === '' ? [] : JSON_TYPE;
    const length = ['Content-Length', String(Buffer.byteLength(text))];
    this.rawHeaders = [...headers, ...type, ...length, REQUEST_ID_HEADER, ''];
  }

  /**
   * Sends the answer. A server that no longer accepts connections closes this one. The socket is taken from the request,
   * because the response has none while an earlier request on the same connection is being answered.
   */
  send(response: ServerResponse, requestId: string): void {
    const { rawHeaders } = this;
    // `writeHead` copies the headers before it returns, so the array can be used again.
    rawHeaders[rawHeaders.length - 1] = requestId;
    const { server } = response.req.socket as unknown as { server?: { listening: boolean } };
    const isStopping = server?.listening === false;
    response.writeHead(this.status, isStopping ? [...rawHeaders, 'Connection', 'close'] : rawHeaders);
    response.end(this.text);
  }
}
