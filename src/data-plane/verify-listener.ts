/** Answers `/verify` ahead of Express, because an Express route costs several times as much as the verification. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { DIALECT_PATH, checkUnrouted, originForm, reservePrefix, mountPath, serves } from '../http/index.js';
import type { Application } from 'express';
import { ForwardAuth } from './forward-auth.js';

/** A policy in the path; see {@link VerifyListener}. It must not be empty, so that a truncated prefix admits nobody. */
const ONLY = /^\/only\/([^/?]+)(?=[/?]|$)/;

/**
 * Answers `<path>/verify` with the policy in the query. For proxies that append the original path and query to a prefix
 * (Envoy), it also answers `<path>/verify/only/<policy>/…`, and ignores everything after the policy.
 */
@Injectable()
export class VerifyListener implements OnModuleInit {
  private exact = '/verify';

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly forwardAuth: ForwardAuth,
    private readonly config: ApplicationConfig,
    @Inject(DIALECT_PATH) private readonly path: string,
  ) {}

  onModuleInit(): void {
    if (!serves(this.host, 'DataPlaneModule')) return;
    this.exact = mountPath(this.config, `${this.path}/verify`);
    reservePrefix(this.host, this.exact, 'DataPlaneModule');
    checkUnrouted(this.host.httpAdapter.getInstance<Application>(), this.exact, 'DataPlaneModule');
    this.standBefore(this.host.httpAdapter.getHttpServer() as Server);
  }

  /** From now on it gets the requests of a server first. */
  standBefore(server: Server): void {
    const inner = server.listeners('request') as RequestListener[];
    const outer: RequestListener = (request, response) => {
      if (this.answer(request, response)) return;
      for (const listener of inner) listener.call(server, request, response);
    };
    server.removeAllListeners('request');
    server.on('request', outer);
  }

  /** Whether a request is for `/verify`. */
  covers({ url = '' }: IncomingMessage): boolean {
    return this.policyIn(url) !== undefined;
  }

  /** @returns whether the request is for `/verify`, and is answered */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const policy = this.policyIn(request.url ?? '');
    if (policy === undefined) return false;
    this.forwardAuth.answer(request, response, policy);
    return true;
  }

  /** The text of the policy; `undefined` if the request is not for `/verify`. */
  private policyIn(target: string): string | undefined {
    const url = originForm(target);
    if (!url.startsWith(this.exact)) return undefined;
    const rest = url.slice(this.exact.length);
    if (rest === '') return '';
    return rest.startsWith('?') ? rest.slice(1) : ONLY.exec(rest)?.[1];
  }
}
