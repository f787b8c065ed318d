/** Provides the client that the remote guards use, for the whole application. */
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { CLIENT, LatchkeyClient, type ClientOptions } from './latchkey-client.js';

/** Import it once: the guards then work in every module. */
@Module({})
export class LatchkeyClientModule implements OnApplicationShutdown {
  constructor(@Inject(CLIENT) private readonly client: LatchkeyClient) {}

  /** @throws TypeError for an option that does not fit */
  static forRoot(options: ClientOptions): DynamicModule {
    return {
      module: LatchkeyClientModule,
      global: true,
      providers: [
        { provide: LatchkeyClient, useValue: new LatchkeyClient(options) },
        { provide: CLIENT, useExisting: LatchkeyClient },
      ],
      exports: [CLIENT, LatchkeyClient],
    };
  }

  onApplicationShutdown(): void {
    this.client.close();
  }
}
