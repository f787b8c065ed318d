/** The decorator that all controllers of the dialect share. */
import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL, applyDecorators } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CrmErrorFilter } from './crm.errors.js';
import { CrmGuard } from './crm.guard.js';

/** @param path - path below the dialect's prefix; @param tag - group in the documentation */
export function CrmController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    UseGuards(CrmGuard),
    UseFilters(CrmErrorFilter),
    ApiTags(tag),
  );
}
