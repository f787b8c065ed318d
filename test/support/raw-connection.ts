/** A raw TCP connection: sends bytes, and returns what it receives as text. */
import { connect, type Socket } from 'node:net';
import { Awaited } from './awaited.js';
import { destroyLater } from './closing.js';

export class RawConnection extends Awaited {
  text = '';
  /** Settles when the other side has ended it. */
  readonly ended: Promise<void>;
  private readonly socket: Socket;

  /**
   * @param bytes - sent at once
   * @param pauses - whether it pauses as soon as something has come
   */
  constructor(baseUrl: string, bytes: string, pauses = false) {
    super();
    const { hostname, port } = new URL(baseUrl);
    this.socket = connect(Number(port), hostname, () => this.socket.write(bytes));
    this.socket.setEncoding('utf8').on('data', (text: string) => {
      if (pauses && this.text === '') this.pause();
      this.text += text;
      this.news();
    });
    this.socket.on('error', () => undefined);
    destroyLater(this.socket);
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.over();
        resolve();
      });
    });
  }

  /** Stops reading from the connection. The system buffers little for a connection from which little was read. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Sends more. */
  write(bytes: string): void {
    this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  protected summary(): string {
    return JSON.stringify(this.text.slice(-500));
  }
}
