/** Latchkey in the host of the mount trial. The only file of it that is left out in a host without Latchkey. */
import { Controller, Get, Module, UseGuards, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import {
  AdmitTokens,
  Bootstrap,
  CanvusModule,
  CloudflareModule,
  CrmModule,
  CurrentPrincipal,
  DataPlaneModule,
  ENTITIES,
  LatchkeyApiModule,
  LatchkeyGuardsModule,
  LatchkeyModule,
  MIGRATIONS,
  TokenGuard,
  isLatchkeyRoute,
  type TokenPrincipal,
} from '../../../src/index.js';
import { foreign } from './globals.js';
import type { Scenario } from './scenarios.js';

@Controller('robots')
@UseGuards(TokenGuard)
class RobotsController {
  @Get()
  @AdmitTokens({ kinds: ['service_token', 'personal_token'] })
  greet(@CurrentPrincipal() { token }: TokenPrincipal): string {
    return `hello ${token.kind}`;
  }
}

function foundation(place: Scenario['place']): DynamicModule {
  const bcryptCost = 4;
  if (place === 'own') return LatchkeyModule.forRoot({ bcryptCost, database: { engine: 'sqlite', path: ':memory:' } });
  return LatchkeyModule.forRoot({ bcryptCost, ...(place !== 'shared' && place) });
}

/** Everything that there is, below `/tokens`, and a guarded route of the host. */
export function latchkeyModule(place: Scenario['place'], isFastify: boolean): object {
  foreign.isRoute = isLatchkeyRoute;
  const latchkey = foundation(place);
  const imports = [latchkey];
  const guards = isFastify
    ? [LatchkeyGuardsModule.forRoot({ imports })]
    : [
        DataPlaneModule.forRoot({ path: '/tokens', imports }),
        CloudflareModule.forRoot({ path: '/tokens/v4', imports }),
        CanvusModule.forRoot({ path: '/tokens/canvus', imports }),
        CrmModule.forRoot({ path: '/tokens/crm', imports }),
        LatchkeyApiModule.forRoot({ path: '/tokens/latchkey', imports }),
      ];
  @Module({ imports: [latchkey, ...guards], controllers: [RobotsController] })
  class TokenModule {}
  return TokenModule;
}

/** What a connection of the host needs in addition. */
export const ADDED = { entities: ENTITIES, migrations: MIGRATIONS };

/** @returns the first access token and the first account */
export async function firstAccess(app: INestApplicationContext): Promise<{ token: string; account: string }> {
  const first = await app.get(Bootstrap, { strict: false }).run({});
  return { token: first?.token.reveal() ?? '', account: first?.accountId ?? '' };
}
