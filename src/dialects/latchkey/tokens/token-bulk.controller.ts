/** Serves `tokens/bulk`: changes to many tokens at a time (docs/contracts/latchkey.md §2). */
import { Post } from '@nestjs/common';
import { StrictInput } from '../../../http/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented, EXAMPLE_TOKEN_ID } from '../latchkey.docs.js';
import { Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import { BulkInput, BulkView } from './bulk.inputs.js';
import { TokenBulk } from './token-bulk.js';

@LatchkeyController('tokens/bulk', 'Tokens')
export class TokenBulkController {
  constructor(private readonly bulk: TokenBulk) {}

  @Permits('tokens')
  @Post()
  @Documented({
    operationId: 'changeTokens',
    summary: 'Revoke, disable or enable many tokens',
    description:
      'By their ids, or all that match a filter. `dry_run` tells what would be done; `expected` makes sure that one ' +
      'does what one has seen. Tokens that you may not change are left as they are. When this returns, no instance ' +
      'accepts the tokens that were revoked or disabled. A call that fails half-way has changed a part: repeat it.',
    returns: 'What was done, or would be.',
    body: BulkInput,
    examples: {
      'Some, by their ids': { action: 'disable', ids: [EXAMPLE_TOKEN_ID] },
      'Try a filter': { action: 'revoke', filter: { state: 'expired' }, dry_run: true },
    },
    answer: BulkView,
    problems: ['conflict', 'too-many-requests'],
    status: 200,
  })
  run(@Caller() caller: LatchkeyCaller, @StrictInput(BulkInput) input: BulkInput): Promise<BulkView> {
    return this.bulk.run(caller, input);
  }
}
