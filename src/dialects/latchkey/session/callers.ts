/**
 * Finds who calls: by a token as Bearer or in Private-Token, by the cookie of the console, or by the sign-in of the host
 * (docs/contracts/latchkey.md §1.3).
 */
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { CredentialForms, isUserToken } from '../../../core/index.js';
import { originOf } from '../../../http/index.js';
import { Authenticator, USER_AUDIENCE } from '../../../identity/index.js';
import { HostCallers } from '../host-sign-in/host-callers.js';
import { Problem } from '../latchkey.problems.js';
import type { LatchkeyCaller } from './api-caller.js';
import { ConsoleLogins, cookieOf } from './console-logins.js';
import { csrfTokenOf, requireOwnPage } from './csrf.js';

const BEARER = /^Bearer +(\S+)$/i;
const BEARER_SCHEME = /^Bearer\b/i;

@Injectable()
export class Callers {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly logins: ConsoleLogins,
    private readonly host: HostCallers,
    private readonly forms: CredentialForms,
  ) {}

  /**
   * Whoever presents a token is looked for by nothing else, unless the token is of another kind and may be the host's.
   * @throws Problem `unauthenticated`, `forbidden`, `unavailable`
   */
  async callerOf(request: Request): Promise<LatchkeyCaller> {
    const presented = tokenIn(request);
    if (presented !== undefined && !this.isForHost(request, presented)) return this.byToken(request, presented);
    const cookie = cookieOf(request);
    const principal = cookie && (await this.logins.authenticate(cookie, originOf(request)));
    if (cookie && principal) {
      requireOwnPage(request, cookie);
      return { ...principal, via: 'cookie', csrfToken: csrfTokenOf(cookie) };
    }
    const signedIn = await this.host.callerOf(request);
    if (signedIn) return signedIn;
    if (presented !== undefined) throw unauthenticated('the token is not accepted');
    if (cookie) throw unauthenticated('the login has ended; log in again');
    const { place } = this.host;
    if (!place) throw this.withoutCredential(request);
    throw unauthenticated(
      `nobody is signed in at ${place.name ?? 'the host'}; sign in there, or send a token as Bearer`,
    );
  }

  /** Whether a token is of another kind than ours, so that the host may know whose it is. */
  private isForHost({ headers }: Request, presented: string): boolean {
    return this.host.place !== null && headers['private-token'] === undefined && !isUserToken(presented);
  }

  private async byToken(request: Request, presented: string): Promise<LatchkeyCaller> {
    const found = await this.authenticator.authenticate(presented, USER_AUDIENCE, originOf(request));
    if (!('principal' in found)) throw unauthenticated('the token is not accepted');
    return { ...found.principal, via: 'bearer', csrfToken: null };
  }

  /** Services are told that they have no rights here. */
  private withoutCredential({ headers }: Request): Problem {
    const form = this.forms.presentable.find(
      ({ holder, inHeaders }) =>
        holder === 'services' && inHeaders.names.every((name) => name.toLowerCase() in headers),
    );
    if (!form || 'authorization' in headers) return unauthenticated('this needs a token as Authorization: Bearer');
    return new Problem('forbidden', `a ${form.noun} does not sign in here; send a personal token or a login token`);
  }
}

/** A scheme of others, which a proxy in front of the console may ask for, is not looked at. */
function tokenIn({ headers }: Request): string | undefined {
  const { authorization = '', 'private-token': own } = headers;
  if (BEARER_SCHEME.test(authorization)) return BEARER.exec(authorization)?.[1] ?? '';
  return typeof own === 'string' ? own : undefined;
}

function unauthenticated(detail: string): Problem {
  return new Problem('unauthenticated', detail);
}
