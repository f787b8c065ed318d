/** The certificate and key of the listeners: read from files, and read again when the files change. */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type Server as TlsServer } from 'node:tls';
import { Logger } from '@nestjs/common';
import type { SERVER_SETTINGS } from './server.settings.js';
import type { Values } from '../settings/index.js';
import { StartError } from './start-errors.js';

/** How often to look whether the files have changed. */
const LOOK_MS = 2000;

/** PEM texts. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The files of a certificate with its chain and of its private key. */
export class TlsFiles {
  private readonly logger = new Logger('Tls');
  private seen: string;
  /** The pair in use. */
  readonly pair: TlsPair;

  /** @throws StartError if only one is given, or they cannot be used */
  static of({ tlsCertFile, tlsKeyFile }: Values<typeof SERVER_SETTINGS>): TlsFiles | undefined {
    if (tlsCertFile !== undefined && tlsKeyFile !== undefined) return new TlsFiles(tlsCertFile, tlsKeyFile);
    if (tlsCertFile === undefined && tlsKeyFile === undefined) return undefined;
    const [given, absent] = tlsCertFile === undefined ? ['KEY', 'CERT'] : ['CERT', 'KEY'];
    throw new StartError(`TLS_${given}_FILE is set without TLS_${absent}_FILE: set both, or neither.`);
  }

  /** @throws StartError if they cannot be read, or do not fit each other */
  constructor(
    private readonly certFile: string,
    private readonly keyFile: string,
  ) {
    this.seen = this.state();
    try {
      this.pair = this.read();
    } catch (error) {
      throw new StartError(
        `TLS_CERT_FILE (${certFile}) and TLS_KEY_FILE (${keyFile}) cannot be used (${reason(error)}): name the PEM files ` +
          'of a certificate and of its private key.',
      );
    }
  }

  /** Gives new pairs to the servers. A pair that cannot be used is logged, and the old one stays. @returns how to stop */
  follow(servers: readonly TlsServer[], everyMs = LOOK_MS): () => void {
    const timer = setInterval(() => {
      this.renew(servers);
    }, everyMs).unref();
    return () => {
      clearInterval(timer);
    };
  }

  private renew(servers: readonly TlsServer[]): void {
    const state = this.state();
    if (state === this.seen) return;
    this.seen = state;
    try {
      const pair = this.read();
      for (const server of servers) server.setSecureContext(pair);
      this.logger.log('the certificate has changed: new connections get the new one');
    } catch (error) {
      this.logger.error(
        `TLS_CERT_FILE and TLS_KEY_FILE have changed and cannot be used (${reason(error)}): the certificate before stays in use`,
      );
    }
  }

  private read(): TlsPair {
    const pair = { cert: readFileSync(this.certFile), key: readFileSync(this.keyFile) };
    // Throws unless both are valid and belong together.
    createSecureContext(pair);
    return pair;
  }

  /** Differs when one of the files has been written or replaced. */
  private state(): string {
    return [this.certFile, this.keyFile].map(stateOf).join();
  }
}

function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found ? [found.ino, found.size, found.mtimeNs].join('-') : 'absent';
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
