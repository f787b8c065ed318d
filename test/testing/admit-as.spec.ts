/** A controller of a host is tested without a server of Latchkey: its guard admits as a test says. */
import { Controller, Get, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { expect, it } from '@jest/globals';
import { CurrentPrincipal, type TokenPrincipal } from '../../src/data-plane.js';
import { admitAs } from '../../src/testing.js';
import { send } from '../support/http.js';
import { startHost } from '../support/shop.js';

class Stub implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return admitAs({ token: { label: 'robot' } }).canActivate(context) as boolean;
  }
}

@Controller('orders')
@UseGuards(Stub)
class Orders {
  @Get()
  list(@CurrentPrincipal() { token, matched }: TokenPrincipal): unknown {
    return [token.label, token.kind, matched];
  }
}

it('a guard for tests admits as the caller that the test says', async () => {
  const host = await startHost({ controllers: [Orders] });
  expect((await send(host.baseUrl, 'GET', '/orders')).json()).toEqual(['robot', 'service_token', 'current']);
});
