/** A TCP proxy in front of a server, which a test can cut off. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { closeLater } from './closing.js';

/** Passes bytes on to another port of another address, or cuts every connection. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private isFrozen = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (inward: Socket) => {
      this.pass(inward);
    });
    closeLater(() => {
      this.cut();
      server.close();
    });
  }

  /** Listens on a port of its own. @param url - of what is behind it */
  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(createServer(), new URL(url));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** The given URL, through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Ends every connection, and refuses new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Passes nothing on, and keeps every connection open, as a server does that was stopped by a signal. */
  freeze(): void {
    this.isFrozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  private pass(inward: Socket): void {
    if (this.isCut) {
      inward.destroy();
      return;
    }
    const outward = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [inward, outward]) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.sockets.delete(socket));
    }
    inward.pipe(outward).pipe(inward);
    if (this.isFrozen) for (const socket of [inward, outward]) socket.pause();
  }
}
