/** What all controllers of the dialect have in common, as one decorator. */
import { Controller, UseFilters, UseGuards, applyDecorators } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CrmErrorFilter } from './crm.errors.js';
import { CrmGuard } from './crm.guard.js';

/** @param path - below the dialect's prefix; @param tag - the group in the documentation */
export function CrmController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(path), UseGuards(CrmGuard), UseFilters(CrmErrorFilter), ApiTags(tag));
}
