/** HTTP on kept-alive connections, as a proxy in front of an instance has them. */
import { Agent, request as httpRequest } from 'node:http';
import { closeLater, type Close } from '../support/closing.js';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** No answer came, because the connection was refused or lost, or one that says to try again later. */
export class NotNow extends Error {}

export class KeptClient {
  /** Ends its connections. */
  readonly close: Close;
  private readonly agent: Agent;
  private readonly address: { hostname: string; port: string };

  constructor(baseUrl: string, maxSockets = 64) {
    const { hostname, port } = new URL(baseUrl);
    this.address = { hostname, port };
    this.agent = new Agent({ keepAlive: true, maxSockets });
    this.close = closeLater(() => {
      this.agent.destroy();
    });
  }

  /** @throws NotNow */
  send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(new NotNow(error.message));
      };
      const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const options = { ...this.address, agent: this.agent, method, path, headers: { ...headers, ...length } };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          const { statusCode: status = 0, headers: sent } = response;
          if (status === 503 && sent['retry-after'] !== undefined) fail(new Error('503'));
          else resolve({ status, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.on('error', fail);
      request.end(body);
    });
  }
}
