/** A host that imports the modules of Latchkey wrongly: the error that ends its start names what to import. */
import { Controller, Get, Module, UseGuards, type CanActivate, type DynamicModule, type Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { LatchkeyClientModule, RemoteTokenGuard } from '../../src/client.js';
import {
  AnyOf,
  CanvusModule,
  CloudflareModule,
  CrmModule,
  DataPlaneModule,
  LatchkeyGuardsModule,
  LatchkeyModule,
  OptionsError,
  TokenGuard,
} from '../../src/index.js';
import { startHost } from '../support/shop.js';
import { IN_MEMORY } from './support.js';

type Import = DynamicModule | Type<unknown>;

/** A module with a guarded route. */
function guarded(guard: Type<CanActivate>, imports: Import[] = []): Type<unknown> {
  @Controller('orders')
  @UseGuards(guard)
  class Orders {
    @Get()
    list(): string {
      return 'listed';
    }
  }

  @Module({ imports, controllers: [Orders] })
  class Shop {}
  return Shop;
}

async function faultOf(...imports: Import[]): Promise<string> {
  const outcome = await startHost({ imports }).catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome.message;
  throw new Error('the host has started');
}

@Module({})
class Other {}

const latchkey = LatchkeyModule.forRoot({ database: IN_MEMORY, bcryptCost: 4 });
const dataPlane = DataPlaneModule.forRoot({ imports: [latchkey] });

const GUARDING =
  /TokenGuard \(\?.*argument Symbol\(what DataPlaneModule\.forRoot or LatchkeyGuardsModule\.forRoot returns/;
const CLIENT = /argument Symbol\(what LatchkeyClientModule\.forRoot\(\{ url \}\) returns/;
const LATCHKEY = /Symbol\(the module that LatchkeyModule\.forRoot returns, not the class: imports: \[latchkey\]\)/;

describe('the error of a host', () => {
  it.each<[what: string, message: RegExp, imports: Import[]]>([
    ['whose guard stands without a module', GUARDING, [guarded(TokenGuard)]],
    ['whose module with the guard imports nothing', GUARDING, [latchkey, dataPlane, guarded(TokenGuard)]],
    ['that has LatchkeyModule alone', GUARDING, [guarded(TokenGuard, [latchkey])]],
    ['with the guard in a choice of guards', GUARDING, [guarded(AnyOf(TokenGuard))]],
    ['with the class of the guards', GUARDING, [guarded(TokenGuard, [LatchkeyGuardsModule])]],
    ['with guards that stand on another module', LATCHKEY, [LatchkeyGuardsModule.forRoot({ imports: [Other] })]],
    ['with a remote guard without a client', CLIENT, [guarded(RemoteTokenGuard)]],
    ['with the class of the client', CLIENT, [LatchkeyClientModule]],
    ['with the class of LatchkeyModule', LATCHKEY, [LatchkeyModule]],
    ['with the class of the data plane', LATCHKEY, [DataPlaneModule]],
    ...[CloudflareModule, CrmModule, CanvusModule].map((module): [string, RegExp, Import[]] => [
      `with the class ${module.name}`,
      LATCHKEY,
      [latchkey, module],
    ]),
    ['with a dialect on another module', LATCHKEY, [CloudflareModule.forRoot({ imports: [Other] })]],
  ])('%s says what to import', async (_what, message, imports) => {
    expect(await faultOf(...imports)).toMatch(message);
  });

  it.each<[what: string, make: () => unknown]>([
    ['nothing', () => LatchkeyGuardsModule.forRoot(undefined as never)],
    ['no imports', () => LatchkeyGuardsModule.forRoot({ imports: [] })],
  ])('gives LatchkeyGuardsModule %s, and is told what it needs', (_what, make) => {
    expect(make).toThrow(OptionsError);
    expect(make).toThrow('LatchkeyGuardsModule has nothing to stand on: keep what LatchkeyModule.forRoot returns');
  });
});
