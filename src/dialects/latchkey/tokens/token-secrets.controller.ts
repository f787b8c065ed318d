/** Serves rotations and renewals of tokens, and the overlap of two secrets (docs/contracts/latchkey.md §2). */
import { Patch, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Clock, type Token } from '../../../core/index.js';
import { StrictInput } from '../../../http/index.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { ArrivedAt, Caller, Permits, TokenInPath, type LatchkeyCaller } from '../latchkey.guard.js';
import { momentOf } from '../input-rules.js';
import { TokenAccess } from '../../../managing/index.js';
import { TokenChanges } from './token-changes.js';
import { TokenPresenter } from './token-presenter.js';
import { OverlapInput, TokenRenewalInput, TokenRotationInput, expiryIn, inFuture, overlapIn } from './tokens.inputs.js';
import { TokenView, TokenWithSecretView } from './tokens.views.js';

@LatchkeyController('tokens/:tokenId', 'Tokens')
export class TokenSecretsController {
  constructor(
    private readonly changes: TokenChanges,
    private readonly access: TokenAccess,
    private readonly views: TokenPresenter,
    private readonly clock: Clock,
    private readonly idempotency: Idempotency,
  ) {}

  @Permits('token:change')
  @Post('rotate')
  @Documented({
    operationId: 'rotateToken',
    summary: 'Rotate a token',
    description:
      'The answer holds the new secret, which is never shown again. The old one stops at once, or at the end of the ' +
      'overlap; an older one stops now. The token keeps its id. A rotation that is requested before another one has ' +
      'been answered gets 409 and changes nothing.',
    returns: 'The token with its new secret.',
    body: TokenRotationInput,
    bodyOptional: true,
    examples: { 'At once': {}, 'With a week’s overlap': { overlap: '168h' } },
    answer: TokenWithSecretView,
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
  })
  async rotate(
    @Caller() caller: LatchkeyCaller,
    @TokenInPath() token: Token,
    @ArrivedAt() arrivedAt: number,
    @StrictInput(TokenRotationInput) input: TokenRotationInput,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenWithSecretView> {
    const until = overlapIn(input, this.clock.now());
    const { req: request } = response;
    return this.idempotency.once({ caller, request, response }, async () => {
      const { secret } = await this.changes.rotate(caller, token, until, arrivedAt);
      return this.views.withSecret(await this.access.readerOf(caller), await this.changes.read(token.id), secret);
    });
  }

  @Permits('token:change')
  @Post('renew')
  @Documented({
    operationId: 'renewToken',
    summary: 'Renew a token',
    description:
      'It then expires as the body says, also if it has expired before. Without a body, a service token lasts as long ' +
      'as it was issued for, from now on.',
    returns: 'The renewed token.',
    body: TokenRenewalInput,
    bodyOptional: true,
    examples: { 'For a month': { duration: '720h' }, 'For ever': { expires_at: null } },
    answer: TokenView,
    problems: ['not-found', 'conflict'],
  })
  renew(
    @Caller() caller: LatchkeyCaller,
    @TokenInPath() token: Token,
    @StrictInput(TokenRenewalInput) input: TokenRenewalInput,
  ): Promise<TokenView> {
    const expiresAt = expiryIn(input, this.clock.now());
    return this.changed(caller, token, { expiresAt: expiresAt === undefined ? 'renewed' : expiresAt });
  }

  @Permits('token:change')
  @Post('overlap/end')
  @Documented({
    operationId: 'endOverlap',
    summary: 'End an overlap',
    description: 'The previous secret stops at once. `overlap.last_use` of the token says who still uses it.',
    returns: 'The token.',
    answer: TokenView,
    problems: ['not-found', 'conflict'],
  })
  endOverlap(@Caller() caller: LatchkeyCaller, @TokenInPath() token: Token): Promise<TokenView> {
    return this.changed(caller, token, { previousUntil: this.clock.now() });
  }

  @Permits('token:change')
  @Patch('overlap')
  @Documented({
    operationId: 'updateOverlap',
    summary: 'Extend or shorten an overlap',
    description: 'While it is running. A previous secret that has ended is not revived.',
    returns: 'The token.',
    body: OverlapInput,
    answer: TokenView,
    problems: ['not-found', 'conflict'],
  })
  updateOverlap(
    @Caller() caller: LatchkeyCaller,
    @TokenInPath() token: Token,
    @StrictInput(OverlapInput) { ends_at: end }: OverlapInput,
  ): Promise<TokenView> {
    return this.changed(caller, token, { previousUntil: inFuture('ends_at', momentOf(end), this.clock.now()) });
  }

  private async changed(
    caller: LatchkeyCaller,
    token: Token,
    changes: Parameters<TokenChanges['change']>[2],
  ): Promise<TokenView> {
    const changed = await this.changes.change(caller, token, changes);
    return this.views.one(await this.access.readerOf(caller), changed);
  }
}
