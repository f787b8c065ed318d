/** Finds the application that a rule means, and what else it needs of a request: its host and its method. */
import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Application } from 'express';
import { ApplicationDirectory, type Found, type KnownApplication } from '../applications/index.js';
import { BY_HOST, PolicyError, type AccessPolicy } from './access-policy.js';

const AUD_LENGTH = 64;

/** What every preflight has, once. */
const PREFLIGHT_HEADERS = ['origin', 'access-control-request-method'];

const UNTRUSTED =
  'app=host needs a proxy that is trusted to name the host: set TRUST_PROXY to its address, or name the application';
const NOT_NAMED = 'app=host needs the headers X-Forwarded-Host and X-Forwarded-Uri, each once, set by the proxy';

@Injectable()
export class ApplicationFinder {
  constructor(
    private readonly directory: ApplicationDirectory,
    private readonly host: HttpAdapterHost,
  ) {}

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
    return this.directory.byHost(host, path, accounts?.length === 1 ? accounts[0] : undefined);
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
