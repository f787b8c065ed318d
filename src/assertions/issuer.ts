/** Who issues assertions: the address of the team, which never comes from a request. */
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { ASSERTION_OPTIONS, type AssertionOptions } from './options.js';

@Injectable()
export class AssertionIssuer {
  private address: string | undefined;

  constructor(
    @Inject(ASSERTION_OPTIONS) private readonly options: AssertionOptions,
    private readonly host: HttpAdapterHost,
  ) {}

  /** The address at which the server is reached, in force unless the setting names another issuer. */
  servedAt(url: string): void {
    this.address = new URL(url).origin;
  }

  /** For example `https://team.example.com`, without a slash at the end. */
  get url(): string {
    return this.options.issuer ?? this.address ?? this.listeningAddress();
  }

  /** Its host, without the port. */
  get hostname(): string {
    return new URL(this.url).hostname;
  }

  private listeningAddress(): string {
    const { httpAdapter } = this.host as { httpAdapter?: HttpAdapterHost['httpAdapter'] };
    const server = httpAdapter?.getHttpServer() as Server | undefined;
    const { address = 'localhost', port = 80 } = (server?.address() ?? {}) as Partial<AddressInfo>;
    const everywhere = address === '0.0.0.0' || address === '::';
    const name = everywhere ? 'localhost' : address.includes(':') ? `[${address}]` : address;
    return new URL(`${server instanceof TlsServer ? 'https' : 'http'}://${name}:${String(port)}`).origin;
  }
}
