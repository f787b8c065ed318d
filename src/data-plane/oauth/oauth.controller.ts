/** Serves `oauth2/introspect` (RFC 7662) and `oauth2/revoke` (RFC 7009). */
import { HttpCode, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { ApiConsumes } from '../../internals/index.js';
import { CredentialForms, Verifier, type Token, type Verdict } from '../../core/index.js';
import { OAuthError, OAuthErrors } from './oauth.errors.js';
import { Caller, OAuthGuard, type OAuthCaller } from './oauth.guard.js';
import { Permits, TokenPermissions } from './oauth.permissions.js';
import { EmptyView, exampleOf, guardedController } from '../../http/index.js';
import { DocumentedOAuth } from './oauth.docs.js';
import { INACTIVE, IntrospectionView, introspectionView } from './introspection.view.js';
import { SessionToken } from '../../identity/index.js';
import { AccountTokens } from './account-tokens.js';
import { TokenRevocation } from './token-revocation.js';
import { tokenParameter } from './token-parameter.js';

const OAuth = guardedController({
  guard: OAuthGuard,
  errors: OAuthErrors,
  documented: () => [ApiConsumes('application/x-www-form-urlencoded')],
});

@OAuth('oauth2', 'OAuth 2.0')
export class OAuthController {
  constructor(
    private readonly verifier: Verifier,
    private readonly permissions: TokenPermissions,
    private readonly forms: CredentialForms,
    private readonly revocation: TokenRevocation,
    private readonly accountTokens: AccountTokens,
  ) {}

  @Permits('user-or-service')
  @Post('introspect')
  @HttpCode(200)
  @DocumentedOAuth({
    operationId: 'introspectToken',
    summary: 'Introspect a token (RFC 7662)',
    description:
      'Services see the tokens of their kind and the access tokens in their account, users their own tokens and those of their accounts, ' +
      'administrators all tokens. For any other token, and for invalid ones, the answer is only `"active": false`.',
    done: 'The state of the token.',
    answer: IntrospectionView,
    examples: { 'A token of a service': exampleOf(IntrospectionView), 'An invalid or hidden token': INACTIVE },
  })
  async introspect(@Caller() caller: OAuthCaller, @Req() request: Request): Promise<IntrospectionView> {
    const verdict = await this.verdictOn(caller, request);
    if (verdict.status !== 'valid' || isOfAnother(verdict.token)) return INACTIVE;
    const access = await this.permissions.accessTo(caller, verdict.token);
    return access === 'none' ? INACTIVE : introspectionView(verdict, this.forms);
  }

  @Permits('user-or-service')
  @Post('revoke')
  @HttpCode(200)
  @DocumentedOAuth({
    operationId: 'revokeToken',
    summary: 'Revoke a token (RFC 7009)',
    description:
      'Users may revoke their own tokens, administrators of an account its tokens, administrators of the server ' +
      'all tokens, and services only their own. The answer for a token that is unknown, or that the caller may not see, ' +
      'is the same as for a revoked one. When this returns, no instance accepts the token.',
    done: 'The token is revoked, or was not valid.',
    answer: EmptyView,
    mayRefuse: true,
  })
  async revoke(@Caller() caller: OAuthCaller, @Req() request: Request): Promise<EmptyView> {
    const verdict = await this.verdictOn(caller, request);
    if (!('token' in verdict) || verdict.status === 'wrong_secret') {
      await this.revocation.awaitPropagation();
      return {};
    }
    const { token } = verdict;
    const access = await this.permissions.accessTo(caller, token);
    if (access === 'none') return {};
    if (access === 'read') {
      throw new OAuthError('unauthorized_client', 'the caller may see this token, but not revoke it');
    }
    await this.revocation.revoke(caller.actor, token);
    return {};
  }

  private async verdictOn(caller: OAuthCaller, request: Request): Promise<Verdict> {
    const { secret, code, account } = tokenParameter(request, this.forms);
    const verdict: Verdict = secret ? await this.verifier.verify({ secret }) : { status: 'unknown' };
    return verdict.status === 'unknown' ? this.accountTokens.verdictOn(caller, code, account) : verdict;
  }
}

/** Whether it is a login for the holder of another token: who presents it is not the user that it is a login of. */
function isOfAnother(token: Readonly<Token>): boolean {
  return token instanceof SessionToken && token.subjectId !== null;
}
