/** The decorator that all controllers of the dialect share. */
import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL, applyDecorators } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import { documentedPath } from '../../http/index.js';
import { PATH_PARAMETERS, SECURITY_SCHEME } from './canvus.docs.js';
import { CanvusErrorFilter } from './canvus.errors.js';
import { CanvusGuard } from './canvus.guard.js';

/** @param path - path below the dialect's prefix; @param tag - group in the documentation */
export function CanvusController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    UseGuards(CanvusGuard),
    UseFilters(CanvusErrorFilter),
    ApiTags(tag),
    ApiSecurity(SECURITY_SCHEME),
    documentedPath(path, PATH_PARAMETERS),
  );
}
