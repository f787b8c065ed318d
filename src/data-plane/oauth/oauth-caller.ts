/** Authenticates callers of the OAuth endpoints: a service with its credential, or a user with a token. */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { CredentialForms, Verifier, type Actor, type Credential, type Token } from '../../core/index.js';
import { callerAddress } from '../../http/index.js';
import { Authenticator, MembershipService, USER_AUDIENCE, type Principal } from '../../identity/index.js';
import { basicNoun, withArticle } from '../form-descriptions.js';
import { OAuthError } from './oauth.errors.js';

export type OAuthCaller =
  | { readonly as: 'service'; readonly token: Readonly<Token>; readonly actor: Actor }
  | { readonly as: 'user'; readonly principal: Principal; readonly actor: Actor };

const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;
const BEARER = /^Bearer +(\S+)$/i;

@Injectable()
export class OAuthCallers {
  constructor(
    private readonly verifier: Verifier,
    private readonly authenticator: Authenticator,
    private readonly memberships: MembershipService,
    private readonly forms: CredentialForms,
  ) {}

  /** @throws OAuthError `invalid_client`, `invalid_token` */
  async authenticate(request: Request): Promise<OAuthCaller> {
    const headers = request.rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization');
    if (headers.length > 1) throw refused('there is more than one Authorization header');
    const { authorization = '' } = request.headers;
    const [, basic] = BASIC.exec(authorization) ?? [];
    if (basic !== undefined) return this.service(basic, callerAddress(request));
    const [, bearer] = BEARER.exec(authorization) ?? [];
    if (bearer !== undefined) return this.user(bearer, callerAddress(request));
    const noun = basicNoun(this.forms);
    const service = noun === undefined ? '' : `${withArticle(noun)} by HTTP Basic (client id and secret), or `;
    throw refused(`authenticate with ${service}a token of a user as Bearer`);
  }

  /** Whether the caller may see a token: their own, those of their account, or any for administrators. */
  async maySee(caller: OAuthCaller, token: Readonly<Token>): Promise<boolean> {
    if (caller.as === 'service') return isSibling(caller.token, token);
    return (await this.roleFor(caller.principal, token)) !== null;
  }

  /** Whether the caller may revoke a token: their own, or one they administer. A service may only revoke its own. */
  async mayRevoke(caller: OAuthCaller, token: Readonly<Token>): Promise<boolean> {
    if (caller.as === 'service') return caller.token.id === token.id;
    return (await this.roleFor(caller.principal, token)) === 'administrator';
  }

  private async roleFor({ user }: Principal, { userId, accountId }: Readonly<Token>): Promise<string | null> {
    if (user.admin || userId === user.id) return 'administrator';
    if (userId !== null || accountId === null) return null;
    return this.memberships.roleOf(user.id, accountId);
  }

  private async service(basic: string, address: string | null): Promise<OAuthCaller> {
    const credential = this.credentialIn(basic);
    const verdict = credential && (await this.verifier.verify(credential));
    if (verdict?.status !== 'valid') throw refused(`the ${basicNoun(this.forms) ?? 'caller'} is not accepted`);
    const { token } = verdict;
    const actor = {
      userId: null,
      userName: token.label.slice(0, 255).toWellFormed(),
      tokenId: token.id,
      admin: false,
      address,
    };
    return { as: 'service', token, actor };
  }

  private credentialIn(basic: string): Credential | undefined {
    const [name, password] = namePassword(basic);
    const readings = this.forms.basic.map((form) => form.fromBasic?.(name, password));
    return readings.find((reading) => typeof reading === 'object');
  }

  private async user(bearer: string, address: string | null): Promise<OAuthCaller> {
    const found = await this.authenticator.authenticate(bearer, USER_AUDIENCE, address);
    if (found.status !== 'authenticated') throw new OAuthError('invalid_token', 'the token is not accepted');
    const { principal } = found;
    return { as: 'user', principal, actor: principal.actor };
  }
}

/** Whether two tokens are the same, or of the same kind and account. */
function isSibling(one: Readonly<Token>, other: Readonly<Token>): boolean {
  const isOfAccount = other.kind === one.kind && other.accountId !== null && other.accountId === one.accountId;
  return one.id === other.id || isOfAccount;
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
