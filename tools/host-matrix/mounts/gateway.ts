/** A gateway of WebSockets on the server of the host, whose packages this repository does not have. */
import type { INestApplication, Provider, WebSocketAdapter } from '@nestjs/common';

interface Socket {
  send(text: string): void;
}

const [WEBSOCKETS, PLATFORM] = ['websockets', 'platform-ws'].map((name) => `@nestjs/${name}`);

/** Says hello at `/live`. */
export async function gateway(): Promise<Provider> {
  const { WebSocketGateway } = (await import(WEBSOCKETS ?? '')) as {
    WebSocketGateway: (options: object) => ClassDecorator;
  };
  class LiveGateway {
    handleConnection(socket: Socket): void {
      socket.send('hello');
    }
  }
  WebSocketGateway({ path: '/live' })(LiveGateway);
  return LiveGateway;
}

export async function socketAdapter(app: INestApplication): Promise<WebSocketAdapter> {
  const { WsAdapter } = (await import(PLATFORM ?? '')) as { WsAdapter: new (app: object) => WebSocketAdapter };
  return new WsAdapter(app);
}
