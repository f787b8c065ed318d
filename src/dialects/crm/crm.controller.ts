/** What all controllers of the dialect have in common, as one decorator. */
import { Controller, UseFilters, UseGuards, VERSION_NEUTRAL, applyDecorators } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CrmErrorFilter } from './crm.errors.js';
import { CrmGuard } from './crm.guard.js';

/** @param path - below the dialect's prefix; @param tag - the group in the documentation */
export function CrmController(path: string, tag: string): ClassDecorator {
  return applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    UseGuards(CrmGuard),
    UseFilters(CrmErrorFilter),
    ApiTags(tag),
  );
}
