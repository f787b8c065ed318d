/** A caller of a REST API, with the paths and headers of the dialect and headers of their own. */
import { send, type Call, type Reply } from './http.js';
import type { TestServer } from './test-server.js';

interface RestDialect {
  readonly prefix: string;
  /** The content type of its clients' JSON. */
  readonly contentType: string;
}

export abstract class RestClient {
  protected constructor(
    private readonly server: TestServer,
    private readonly dialect: RestDialect,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  get(path: string, call: Call = {}): Promise<Reply> {
    return this.send('GET', path, undefined, call);
  }

  post(path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    return this.send('POST', path, body, call);
  }

  put(path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    return this.send('PUT', path, body, call);
  }

  patch(path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    return this.send('PATCH', path, body, call);
  }

  delete(path: string, call: Call = {}): Promise<Reply> {
    return this.send('DELETE', path, undefined, call);
  }

  /** @param body - sent as it is when a string or bytes, as JSON otherwise */
  send(method: string, path: string, body?: unknown, call: Call = {}): Promise<Reply> {
    const { prefix, contentType } = this.dialect;
    const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const headers = {
      ...this.headers,
      ...(text !== undefined && { 'Content-Type': contentType }),
      ...(call.headers as Record<string, string> | undefined),
    };
    return send(this.server.baseUrl, method, prefix + path, { headers, ...(text !== undefined && { body: text }) });
  }
}
