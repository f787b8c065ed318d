/** Reads an answer line by line while it is being written, as clients of a stream do. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Awaited } from './awaited.js';
import { destroyLater } from './closing.js';
import { addressed } from './http.js';

export class LineStream extends Awaited {
  /** Every line so far that is not blank. */
  readonly lines: string[] = [];
  /** How many blank lines have arrived. */
  blanks = 0;
  /** Bytes so far. */
  received = 0;
  /** Settles when the answer has ended: whether it is complete, according to HTTP. */
  readonly ended: Promise<boolean>;
  private unfinished: Buffer[] = [];

  constructor(private readonly message: IncomingMessage) {
    super();
    message.on('data', (chunk: Buffer) => {
      this.received += chunk.length;
      this.take(chunk);
    });
    message.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      message.on('close', () => {
        this.over();
        resolve(message.complete);
      });
    });
  }

  get status(): number {
    return this.message.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.message.headers;
  }

  /** The beginning of a line that is not complete yet. */
  get rest(): string {
    return Buffer.concat(this.unfinished).toString('utf8');
  }

  /** A line by its number, from 0, as JSON; waits until it is there. */
  async line<T = unknown>(number: number): Promise<T> {
    await this.until(() => this.lines.length > number);
    return JSON.parse(this.lines[number] ?? '') as T;
  }

  /** All lines so far as JSON. */
  all<T = unknown>(): T[] {
    return this.lines.map((line) => JSON.parse(line) as T);
  }

  /** Stops reading from the connection. */
  pause(): void {
    this.message.pause();
  }

  resume(): void {
    this.message.resume();
  }

  /** Disconnects. */
  close(): void {
    this.message.destroy();
  }

  protected summary(): string {
    return `${String(this.lines.length)} lines, the last: ${this.lines.at(-1)?.slice(0, 300) ?? 'none'}`;
  }

  private take(chunk: Buffer): void {
    let begin = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', begin)) {
      const line = Buffer.concat([...this.unfinished, chunk.subarray(begin, end)]).toString('utf8');
      this.unfinished = [];
      begin = end + 1;
      if (line === '') this.blanks += 1;
      else this.lines.push(line);
    }
    if (begin < chunk.length) this.unfinished.push(chunk.subarray(begin));
    this.news();
  }
}

/** Sends a GET and returns with the head of the answer. */
export async function openStream(
  baseUrl: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<LineStream> {
  const request = httpRequest({ ...addressed(baseUrl, path), headers, agent: false }).end();
  destroyLater(request);
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  return new LineStream(message);
}
