/** Serves pages for people below a prefix, after an application's middleware and ahead of all of its routes. */
import type { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { Application, RequestHandler } from 'express';
import { isWithin } from './request-target.js';
import { mountPath, reservePrefix } from './mounting.js';
import { useAhead } from './routing.js';
import { serves } from './dialect-mount.js';

/** Where pages are served. */
export interface PageMount {
  /** Of the module, for messages. */
  readonly name: string;
  /** Prefix, after the host's global prefix. */
  readonly path: string;
}

/**
 * To be called when the routes of the application are registered.
 * @param pages - makes what answers everything below the whole prefix, which it is given
 * @throws MountError if another module has the prefix, or the server is not Express
 */
export function mountPages(
  host: HttpAdapterHost,
  config: ApplicationConfig,
  { name, path }: PageMount,
  pages: (prefix: string) => RequestHandler,
): void {
  if (!serves(host, name)) return;
  const prefix = mountPath(config, path);
  reservePrefix(host, prefix, name);
  const answer = pages(prefix);
  useAhead(host.httpAdapter.getInstance<Application>(), prefix, (request, response, next) => {
    // Express takes other spellings of the prefix for the same.
    if (isWithin(request.originalUrl, prefix)) void answer(request, response, next);
    else next();
  });
}
