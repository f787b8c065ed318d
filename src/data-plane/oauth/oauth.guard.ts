/** Authenticates callers of the OAuth endpoints: a service with its credential, or a user with a token. */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import {
  CredentialForms,
  Verifier,
  publishRefusal,
  type Actor,
  type Credential,
  type Origin,
  type Token,
} from '../../core/index.js';
import { PermissionGuard, originOf, fromScope } from '../../http/index.js';
import { Authenticator, USER_AUDIENCE, type Principal } from '../../identity/index.js';
import { basicNoun, withArticle } from '../form-descriptions.js';
import { OAuthError } from './oauth.errors.js';
import type { OAuthPermission } from './oauth.permissions.js';

export type OAuthCaller =
  | { readonly as: 'service'; readonly token: Readonly<Token>; readonly actor: Actor }
  | { readonly as: 'user'; readonly principal: Principal; readonly actor: Actor };

const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;
const BEARER = /^Bearer +(\S+)$/i;

/** The scope of an authorized request. */
interface OAuthScope {
  readonly caller: OAuthCaller;
}

@Injectable()
export class OAuthGuard extends PermissionGuard {
  constructor(
    private readonly verifier: Verifier,
    private readonly authenticator: Authenticator,
    private readonly forms: CredentialForms,
  ) {
    super();
  }

  /**
   * Authentication is enough for the only permission.
   * @throws OAuthError `invalid_client`, `invalid_token`
   */
  protected async authorize(request: Request, _permission: OAuthPermission): Promise<OAuthScope> {
    return { caller: await this.authenticate(request) };
  }

  private async authenticate(request: Request): Promise<OAuthCaller> {
    const headers = request.rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization');
    if (headers.length > 1) throw refused('there is more than one Authorization header');
    const { authorization = '' } = request.headers;
    const [, basic] = BASIC.exec(authorization) ?? [];
    if (basic !== undefined) return this.service(basic, originOf(request));
    const [, bearer] = BEARER.exec(authorization) ?? [];
    if (bearer !== undefined) return this.user(bearer, originOf(request));
    const noun = basicNoun(this.forms);
    const service = noun === undefined ? '' : `${withArticle(noun)} by HTTP Basic (client id and secret), or `;
    throw refused(`authenticate with ${service}a token of a user as Bearer`);
  }

  private async service(basic: string, origin: Origin): Promise<OAuthCaller> {
    const credential = this.credentialIn(basic);
    const verdict = credential && (await this.verifier.verify(credential, origin));
    if (verdict && 'token' in verdict && verdict.status !== 'valid') {
      publishRefusal({ entryPoint: 'api', reason: verdict.status, rule: null }, verdict.token, origin);
    }
    if (verdict?.status !== 'valid') throw refused(`the ${basicNoun(this.forms) ?? 'caller'} is not accepted`);
    const { token } = verdict;
    const actor: Actor = {
      kind: 'service',
      userId: null,
      userName: token.label.slice(0, 255).toWellFormed(),
      tokenId: token.id,
      admin: false,
      ...origin,
    };
    return { as: 'service', token, actor };
  }

  private credentialIn(basic: string): Credential | undefined {
    const [name, password] = namePassword(basic);
    const readings = this.forms.basic.map((form) => form.fromBasic?.(name, password));
    return readings.find((reading) => typeof reading === 'object');
  }

  private async user(bearer: string, origin: Origin): Promise<OAuthCaller> {
    const found = await this.authenticator.authenticate(bearer, USER_AUDIENCE, origin);
    if (!('principal' in found)) throw new OAuthError('invalid_token', 'the token is not accepted');
    const { principal } = found;
    return { as: 'user', principal, actor: principal.actor };
  }
}

/** Decodes HTTP Basic (RFC 7617), with both parts encoded as RFC 6749 §2.3.1 requires. */
function namePassword(basic: string): [name: string, password: string] {
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part.replaceAll('+', ' '));
    } catch {
      return part;
    }
  };
  return colon < 0 ? [text, ''] : [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))];
}

function refused(message: string): OAuthError {
  return new OAuthError('invalid_client', message);
}

/** Parameter decorator for the {@link OAuthCaller}. */
export const Caller = fromScope(({ caller }: OAuthScope) => caller);
