/** Finds the application that a rule means, and what else it needs of a request: its host and its method. */
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application } from 'express';
import { ApplicationDirectory, type Found, type KnownApplication } from '../applications/index.js';
import { SampledWarnings } from '../core/index.js';
import { AccountCount } from '../identity/index.js';
import type { Values } from '../settings/index.js';
import { BY_HOST, PolicyError, type AccessPolicy } from './access-policy.js';
import { DATA_PLANE_OPTIONS } from './data-plane.options.js';
import type { DATA_PLANE_SETTINGS } from './data-plane.settings.js';

const AUD_LENGTH = 64;

/** What every preflight has, once. */
const PREFLIGHT_HEADERS = ['origin', 'access-control-request-method'];

const UNTRUSTED =
  'app=host needs a proxy that is trusted to name the host: set TRUST_PROXY to its address, or name the application';
const NOT_NAMED = 'app=host needs the headers X-Forwarded-Host and X-Forwarded-Uri, each once, set by the proxy';
const IN_NO_ZONE =
  'app=host found nothing for a host in no zone, which any of the accounts can name: create a zone for its domain, add ' +
  'account= to the rule of the proxy, or set VERIFY_WITHOUT_ACCOUNT=true';

@Injectable()
export class ApplicationFinder {
  private readonly warnings = new SampledWarnings(new Logger(ApplicationFinder.name));
  private readonly withoutAccount: boolean;

  constructor(
    private readonly directory: ApplicationDirectory,
    private readonly accounts: AccountCount,
    private readonly host: HttpAdapterHost,
    @Inject(DATA_PLANE_OPTIONS) { withoutAccount }: Values<typeof DATA_PLANE_SETTINGS>,
  ) {
    this.withoutAccount = withoutAccount;
  }

  /** The application with this audience tag or id. */
  named(name: string): Found<KnownApplication> {
    return name.length === AUD_LENGTH ? this.directory.byAud(name) : this.directory.byId(name);
  }

  /**
   * The application that a rule means.
   * @returns `null` if there is none
   * @throws PolicyError if the rule leaves it to the host, and no trusted proxy names that
   */
  find(request: IncomingMessage, { application = '', accounts }: AccessPolicy): Found<KnownApplication> {
    if (application !== BY_HOST) return this.named(application);
    if (!this.isFromTrustedProxy(request)) throw new PolicyError(UNTRUSTED);
    const [host, path] = [single(request, 'x-forwarded-host'), single(request, 'x-forwarded-uri')];
    if (host === undefined || path === undefined || host.includes(',')) throw new PolicyError(NOT_NAMED);
    if (accounts?.length === 1) return this.directory.byHost(host, path, { accountId: accounts[0] });
    if (this.withoutAccount) return this.directory.byHost(host, path);
    const several = this.accounts.isMoreThanOne();
    return several instanceof Promise
      ? several.then((late) => this.atHost(host, path, late))
      : this.atHost(host, path, several);
  }

  /** Of several accounts, any could name a host that nobody gave them, and decide there (docs/decisions/0054). */
  private atHost(host: string, path: string, inZonesOnly: boolean): Found<KnownApplication> {
    const found = this.directory.byHost(host, path, { inZonesOnly });
    if (inZonesOnly && (found === null || found instanceof Promise)) void this.warnIfMissed(found, host, path);
    return found;
  }

  /** Warns if an application answers for the host and was not found. Who asked has the answer, and any error. */
  private async warnIfMissed(found: Found<KnownApplication>, host: string, path: string): Promise<void> {
    const isMissed = (await Promise.resolve(found).catch(() => true)) === null;
    const named = isMissed && (await Promise.resolve(this.directory.byHost(host, path)).catch(() => null));
    if (named) this.warnings.warn(IN_NO_ZONE);
  }

  /**
   * Whether a browser asks if a page of another site may send a request (the preflight of the Fetch standard). What the
   * method was, only a trusted proxy may say; without that, it is the method of the request to this server.
   */
  isPreflight(request: IncomingMessage): boolean {
    const told = this.isFromTrustedProxy(request) ? request.headers['x-forwarded-method'] : undefined;
    if ((told ?? request.method) !== 'OPTIONS') return false;
    return PREFLIGHT_HEADERS.every((name) => single(request, name) !== undefined);
  }

  private isFromTrustedProxy({ socket }: IncomingMessage): boolean {
    const trusts = this.express.get('trust proxy fn') as (address: string, hop: number) => boolean;
    return socket.remoteAddress !== undefined && trusts(socket.remoteAddress, 0);
  }

  private get express(): Application {
    return this.host.httpAdapter.getInstance<Application>();
  }
}

/** The value of a header; `undefined` if it is empty, missing, or there more than once. @param name - in lower case */
function single({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== name) continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[at + 1];
  }
  return found === '' ? undefined : found;
}
