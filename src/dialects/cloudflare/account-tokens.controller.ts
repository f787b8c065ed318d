/** `accounts/:accountId/tokens/verify`: for tokens that belong to an account, which this server does not issue. */
import { Get, UseFilters } from '@nestjs/common';
import { CloudflareController } from './cloudflare.controller.js';
import { Documented } from './cloudflare.docs.js';
import { NOT_OF_ACCOUNT, TokenVerifyErrors } from './cloudflare.errors.js';
import { Permits } from './cloudflare.guard.js';
import { TokenStatusView } from './cloudflare.views.js';

@CloudflareController('accounts/:accountId/tokens', 'Tokens')
export class AccountTokensController {
  @Permits('account:read')
  @Get('verify')
  @UseFilters(TokenVerifyErrors)
  @Documented({
    summary: 'Verify a token of an account',
    description:
      'Every token of this API belongs to a user, so the answer is 401 with code 1000, as the vendor’s is for such a ' +
      'token. Ask `user/tokens/verify`.',
    returns: 'Never.',
    result: TokenStatusView,
    refusals: ['not_of_account', 'no_account'],
    verifies: true,
  })
  verify(): never {
    throw NOT_OF_ACCOUNT;
  }
}
