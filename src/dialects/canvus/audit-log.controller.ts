/** Serves `audit-log`, the audit log for administrators (docs/contracts/canvus.md §7). */
import { Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog, type AuditFilter } from '../../core/index.js';
import { allowCompression, streamText } from '../../http/index.js';
import { PersonalTokenService, type Principal } from '../../identity/index.js';
import { nextLink, readCursor, readFilter, readPerPage } from './audit-log.query.js';
import { auditLogCsv } from './audit-log.csv.js';
import { AuditFilterParameters, CSV_EXAMPLE, PageParameters } from './audit-log.docs.js';
import { AuditEventView, auditEventView } from './audit-log.views.js';
import { CanvusController } from './canvus.controller.js';
import { Caller, Permits } from './canvus.guard.js';
import { Documented } from './canvus.docs.js';

const CSV_HEADERS = {
  'Content-Type': 'text/csv; charset=utf-8',
  'Content-Disposition': 'attachment; filename="audit-log.csv"',
};

@CanvusController('audit-log', 'Audit log')
export class AuditLogController {
  constructor(
    private readonly log: AuditLog,
    private readonly tokens: PersonalTokenService,
  ) {}

  @Permits('administrator')
  @Get()
  @Documented({
    summary: 'List events',
    returns: 'A page of events.',
    description:
      'Every change and every failed login, through any API, newest first. Administrators only. ' +
      'The next page is in the `Link` header.',
    answer: AuditEventView,
    isArray: true,
    headers: {
      Link:
        'On every page except the last: `<?…>; rel="next"`, a reference relative to the address of this request ' +
        '(RFC 8288), which keeps the filters.',
    },
    errors: [400, 403],
  })
  @PageParameters()
  @AuditFilterParameters()
  async list(
    @Caller() { user }: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AuditEventView[]> {
    const filter = await this.filter(request);
    const perPage = readPerPage(request);
    const range = readCursor(request, filter) ?? (await this.log.idRangeOf(user.id, filter));
    const rows = await this.log.page(user.id, filter, range, perPage + 1);
    const page = rows.slice(0, perPage);
    const last = page.at(-1);
    if (last && rows.length > perPage) response.set('Link', nextLink(request, { ...range, below: last.id }, filter));
    allowCompression(response);
    return page.map(auditEventView);
  }

  @Permits('administrator')
  @Get('export-csv')
  @Documented({
    summary: 'Export events as CSV',
    returns: 'The events as CSV.',
    description:
      'All matching events, newest first, with a header row (RFC 4180). A value that a spreadsheet would interpret as a ' +
      'formula is preceded by an apostrophe. Administrators only.',
    answer: 'text/csv',
    example: CSV_EXAMPLE,
    headers: { 'Content-Disposition': `Always \`${CSV_HEADERS['Content-Disposition']}\`.` },
    isLimited: true,
    errors: [400, 403],
  })
  @AuditFilterParameters()
  async exportCsv(@Caller() { user }: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    const filter = await this.filter(request);
    allowCompression(response);
    await streamText(response, CSV_HEADERS, auditLogCsv(this.log.all(user.id, filter)));
  }

  /** @throws InputError */
  private async filter(request: Request): Promise<AuditFilter> {
    const filter = readFilter(request);
    // People know an access token by its handle, rows by its id.
    const token = filter.targetId === undefined ? null : await this.tokens.findByHandle(filter.targetId);
    return token ? { targetType: 'token', ...filter, targetId: token.id } : filter;
  }
}
