/** Answers below the prefix of the console: its page for every address, and the files that the page needs. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { ApplicationConfig } from '@nestjs/core';
import type { Request, RequestHandler, Response } from 'express';
import { mountPath, originForm } from '../http/index.js';
import type { BuiltFile, BuiltFiles } from './built-files.js';

/** Where the console is, and its API. */
export interface ConsolePlace {
  /** Whole prefix of the console, without a trailing slash. */
  readonly prefix: string;
  /** Prefix of the API, after the host's global prefix. */
  readonly api: string;
  readonly config: ApplicationConfig;
}

/** Its names change with their content. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const FOR_AN_HOUR = 'public, max-age=3600';

const METHODS = ['GET', 'HEAD'];

/** For all answers, whatever the host sends. */
const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Nothing but this server's files, and no inline script or style without the nonce of this answer. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

const NOT_BUILT = 'The console has not been built. Run "npm run build" where this server was installed from.\n';

/** For one prefix. */
export class ConsolePages {
  private readonly page: string | undefined;
  /** The API as seen from the console. */
  private readonly api: string;

  constructor(
    private readonly files: BuiltFiles,
    private readonly place: ConsolePlace,
  ) {
    this.page = files.page();
    this.api = path.posix.relative(place.prefix, mountPath(place.config, place.api));
  }

  handler(): RequestHandler {
    return async (request, response) => {
      const requested = pathOf(request);
      response.set(HEADERS);
      if (!METHODS.includes(request.method)) {
        response.set('Allow', METHODS.join(', ')).status(405).type('text').send('The console is only read.\n');
        return;
      }
      const name = requested.slice(this.place.prefix.length + 1);
      if (requested === this.place.prefix) toFolder(request, response);
      else if (/^assets\/|\.svg$/.test(name)) await this.sendFile(name, request, response);
      else this.sendPage(name, response);
    };
  }

  private async sendFile(name: string, request: Request, response: Response): Promise<void> {
    const file = await this.files.find(name);
    if (!file) {
      response.set('Cache-Control', 'no-store').status(404).type('text').send('There is no such file.\n');
      return;
    }
    response.set({
      'Content-Type': file.type,
      'Cache-Control': name.startsWith('assets/') ? FOR_EVER : FOR_AN_HOUR,
      'Content-Security-Policy': "default-src 'none'",
      Vary: 'Accept-Encoding',
    });
    response.end(encoded(file, request, response));
  }

  private sendPage(name: string, response: Response): void {
    response.set('Cache-Control', 'no-store');
    if (this.page === undefined) {
      response.status(503).type('text').send(NOT_BUILT);
      return;
    }
    const nonce = randomBytes(18).toString('base64');
    // Relative, so that the page works behind a proxy that removes a part of the path.
    const base = '../'.repeat(name.split('/').length - 1) || './';
    const page = this.page
      .replaceAll(/(content|href|src)="\.\//g, `$1="${base}`)
      .replace('{api}', this.api)
      .replace('{nonce}', nonce);
    response.set('Content-Security-Policy', policyOf(nonce)).type('html').send(page);
  }
}

/** As it was sent: Express cuts the prefix off. */
function pathOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  return originForm(originalUrl).split('?', 1)[0] ?? '';
}

/** Relative addresses of the page begin at the folder. The answer is relative as well, for the same proxies. */
function toFolder(request: Request, response: Response): void {
  const { originalUrl } = request;
  const requested = pathOf(request);
  const query = originalUrl.indexOf('?');
  const search = query < 0 ? '' : originalUrl.slice(query);
  const last = requested.slice(requested.lastIndexOf('/') + 1);
  response.set('Cache-Control', 'no-store').redirect(302, `${last}/${search}`);
}

/** The bytes that the client gets, with their headers. */
function encoded(file: BuiltFile, request: Request, response: Response): Buffer {
  const isCompressed = request.acceptsEncodings('gzip') === 'gzip';
  if (isCompressed) response.set('Content-Encoding', 'gzip');
  const bytes = isCompressed ? file.gzip : file.plain;
  response.set('Content-Length', String(bytes.length));
  return bytes;
}
