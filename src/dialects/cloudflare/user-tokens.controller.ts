/** `user/tokens/verify`: a token asks about itself (docs/contracts/cloudflare.md §5). */
import { Get, UseFilters } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented } from './cloudflare.docs.js';
import { TokenVerifyErrors } from './cloudflare.errors.js';
import { Caller, Permits } from './cloudflare.guard.js';
import { TokenStatusView, tokenStatusView } from './cloudflare.views.js';
import { success, type Envelope } from './envelope.js';

const VALID = { code: 10000, message: 'This API Token is valid and active', type: null };

@CloudflareController('user/tokens', 'Tokens')
export class UserTokensController {
  @Permits('signed-in')
  @Get('verify')
  @UseFilters(TokenVerifyErrors)
  @Documented({
    summary: 'Verify the caller’s token',
    description: 'An invalid token gets 401 with code 1000.',
    returns: 'The status of the token.',
    result: TokenStatusView,
    messages: [VALID],
    verifies: true,
  })
  verify(@Caller() caller: Principal): Envelope<TokenStatusView> {
    return success(tokenStatusView(caller), [VALID]);
  }
}
