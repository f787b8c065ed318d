/** The decorator that all controllers of the dialect share. */
import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL, applyDecorators } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import { documentedPath } from '../../http/index.js';
import { BEARER_SCHEME, EMAIL_SCHEME, KEY_SCHEME, PATH_PARAMETERS } from './cloudflare.docs.js';
import { CloudflareErrorFilter } from './cloudflare.errors.js';
import { CloudflareGuard } from './cloudflare.guard.js';

/** @param path - path below the dialect's prefix; @param tag - group in the documentation */
export function CloudflareController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    UseGuards(CloudflareGuard),
    UseFilters(CloudflareErrorFilter),
    ApiTags(tag),
    ApiSecurity(BEARER_SCHEME),
    documentedPath(path, PATH_PARAMETERS),
    ApiSecurity({ [EMAIL_SCHEME]: [], [KEY_SCHEME]: [] }),
  );
}
