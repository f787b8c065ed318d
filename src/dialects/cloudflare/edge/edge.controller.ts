/** `/cdn-cgi/access/certs` and `/cdn-cgi/access/get-identity`, for applications and their validators. */
import { Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiExcludeEndpoint } from '../../../internals/index.js';
import { AssertionReader, SigningKeys } from '../../../assertions/index.js';
import { documentedRoute, exampleOf, guardedController } from '../../../http/index.js';
import { ASSERTION_COOKIE, ASSERTION_HEADER } from '../application-token.form.js';
import { CloudflareErrors } from '../cloudflare.errors.js';
import { EdgeGuard, EdgePermits } from './edge.guard.js';
import { CertsView, certsView, type IdentityView, type NoIdentityView } from './edge.views.js';

/** Keys are published a day before they sign, so validators may keep the document for an hour. */
const CERTS_CACHE = 'public, max-age=3600';

const NO_TOKEN = { err: 'no app token set' };
const INVALID_TOKEN = { err: 'the app token is invalid or has expired' };

const Edge = guardedController({ guard: EdgeGuard, errors: CloudflareErrors });

@Edge('', 'Access edge')
export class EdgeController {
  constructor(
    private readonly keys: SigningKeys,
    private readonly reader: AssertionReader,
  ) {}

  @EdgePermits('public')
  @Get('certs')
  @documentedRoute({
    operationId: 'listAccessKeys',
    summary: 'The keys of application tokens',
    description: 'Public. Match keys by `kid`; their order says nothing. May be cached for an hour.',
    isPublic: true,
    responses: [{ status: 200, description: 'Keys and certificates.', type: CertsView, example: exampleOf(CertsView) }],
  })
  async certs(@Res({ passthrough: true }) response: Response): Promise<CertsView> {
    const published = await this.keys.published();
    response.set('Cache-Control', CERTS_CACHE);
    return certsView(published);
  }

  /**
   * Takes the token from its header, its cookie or `cf-access-token`, and checks signature, issuer and times. Whether the
   * service token is still accepted, only `/verify` tells.
   */
  @EdgePermits('public')
  @Get('get-identity')
  @ApiExcludeEndpoint()
  async identity(
    @Req() { headers }: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IdentityView | NoIdentityView> {
    const text = assertionIn(headers);
    const claims = text === undefined ? null : await this.reader.read(text);
    if (claims) return identityView(claims);
    response.status(401);
    return text === undefined ? NO_TOKEN : INVALID_TOKEN;
  }
}

/** In the order in which validators look: the header, then the cookie. */
function assertionIn(headers: Request['headers']): string | undefined {
  const named = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return named(ASSERTION_HEADER.toLowerCase()) ?? cookieIn(headers.cookie ?? '') ?? named('cf-access-token');
}

function cookieIn(cookies: string): string | undefined {
  const pairs = cookies.split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${ASSERTION_COOKIE}=`))?.slice(ASSERTION_COOKIE.length + 1);
}

function identityView(claims: Readonly<Record<string, unknown>>): IdentityView {
  const { common_name, type, aud, iss, iat, exp } = claims as Omit<IdentityView, 'service_token_id'>;
  return { service_token_id: common_name, service_token_status: true, common_name, type, aud, iss, iat, exp };
}
