/** Clients that send the next request as soon as they get an answer, each on a kept-alive connection. */
import { connect, type Socket } from 'node:net';
import type { Headers } from './support.js';

/** A request to /verify in full. */
export function requestOf(headers: Headers): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET /verify HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`;
}

/** One connection, one request at a time. */
export class Client {
  private text = '';
  private answered: ((status: number) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.take();
    });
  }

  static open(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
        resolve(new Client(socket));
      });
      socket.on('error', reject);
    });
  }

  /** The status of the answer. */
  ask(request: string): Promise<number> {
    return new Promise((resolve) => {
      this.answered = resolve;
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(): void {
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [, length = '0'] = /\r\nContent-Length: (\d+)/.exec(this.text) ?? [];
    if (this.text.length < end + 4 + Number(length)) return;
    const status = Number(this.text.slice(9, 12));
    this.text = '';
    this.answered?.(status);
  }
}

/** The number of answers that several clients together get within a time, by status. */
export async function hammer(
  port: number,
  { connections, milliseconds }: { connections: number; milliseconds: number },
  next: () => string,
): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  const clients = await Promise.all(Array.from({ length: connections }, () => Client.open(port)));
  const end = performance.now() + milliseconds;
  const work = clients.map(async (client) => {
    while (performance.now() < end) {
      const status = await client.ask(next());
      counts[status] = (counts[status] ?? 0) + 1;
    }
    client.close();
  });
  await Promise.all(work);
  return counts;
}
