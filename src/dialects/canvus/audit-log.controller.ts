/** Serves `audit-log`, the audit log for administrators (docs/contracts/canvus.md §7). */
import { Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog, type AuditFilter, type IdRange } from '../../core/index.js';
import { allowCompression, routeOf, streamText } from '../../http/index.js';
import { PersonalTokenService, ServerSettings, type Principal } from '../../identity/index.js';
import { nextLink, readCursor, readFilter, readPerPage, refuseOtherParameters } from './audit-log.query.js';
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
    private readonly settings: ServerSettings,
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
        'On every page except the last: `<…>; rel="next"` (RFC 8288), which keeps the filters. An absolute address if the ' +
        'server knows its own (`external_url` of `server-config`), else relative to the address of this request.',
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
    refuseOtherParameters(request, true);
    const filter = await this.filter(request);
    const perPage = readPerPage(request);
    const range = await this.range(user.id, filter, readCursor(request));
    const rows = await this.log.page(user.id, filter, range, perPage + 1);
    const page = rows.slice(0, perPage);
    const last = page.at(-1);
    if (last && rows.length > perPage) {
      response.set('Link', nextLink(request, await this.addressOf(request), { ...range, below: last.id }));
    }
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
    refuseOtherParameters(request, false);
    const filter = await this.filter(request);
    allowCompression(response);
    await streamText(response, CSV_HEADERS, auditLogCsv(this.log.all(user.id, filter)));
  }

  /** The range of ids that contains the filter's times, cut where the page begins. */
  private async range(reader: number, filter: AuditFilter, { from, below }: Partial<IdRange> = {}): Promise<IdRange> {
    if (below === undefined) return this.log.idRangeOf(reader, filter);
    const { createdFrom } = filter;
    const first = createdFrom && from === undefined ? (await this.log.idRangeOf(reader, { createdFrom })).from : from;
    return { from: first ?? 0, below };
  }

  /** The address of the route as clients reach it; `''` if the server was not told its own. */
  private async addressOf(request: Request): Promise<string> {
    const { externalUrl } = await this.settings.policy();
    return externalUrl === '' ? '' : externalUrl.replace(/\/+$/, '') + (routeOf(request) ?? '');
  }

  /** @throws InputError */
  private async filter(request: Request): Promise<AuditFilter> {
    const filter = readFilter(request);
    // People know an access token by its handle, rows by its id.
    const token = filter.targetId === undefined ? null : await this.tokens.findByHandle(filter.targetId);
    return token ? { targetType: 'token', ...filter, targetId: token.id } : filter;
  }
}
