/** Serves `audit`, the audit log (docs/contracts/latchkey.md §6). */
import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AuditSearch, type AuditRecord, type AuditViewer } from '../../../core/index.js';
import { allowCompression, csvHeaders, csvText, streamText } from '../../../http/index.js';
import { LatchkeyController } from '../latchkey.controller.js';
import { Documented } from '../latchkey.docs.js';
import { Caller, Permits, type LatchkeyCaller } from '../latchkey.guard.js';
import type { Page } from '../query/paging.js';
import { Queried, QueryInput, type QueryValues } from '../query/parameters.js';
import { AUDIT_FILTERS, AUDIT_QUERY, auditCursorOf, auditFilterOf, auditRangeIn } from './audit.query.js';
import { AUDIT_COLUMNS, AuditList, auditCsvRow, type AuditRowView } from './audit.views.js';
import { UserIds } from '../users/user-ids.js';
import { AuditViews } from './audit-viewing.js';

const VISIBLE =
  'Administrators of the server see everything; administrators of an account what happened in it; everybody what they ' +
  'did, and what was done to them and their tokens, in that case without the origin of the author.';

const CSV_HEADERS = csvHeaders('latchkey-audit.csv');

@LatchkeyController('audit', 'Audit log')
export class AuditController {
  constructor(
    private readonly search: AuditSearch,
    private readonly views: AuditViews,
    private readonly ids: UserIds,
  ) {}

  @Permits('signed-in')
  @Get()
  @Queried(AUDIT_QUERY)
  @Documented({
    operationId: 'listAuditRows',
    summary: 'List changes and failed logins',
    description:
      `Newest first. ${VISIBLE} A page may have fewer items than \`limit\`, even none, although there are more: ` +
      '`next_cursor` says so.',
    returns: 'A page of the audit log.',
    answer: AuditList,
    problems: ['gone', 'too-many-requests'],
  })
  async list(
    @Caller() { user }: LatchkeyCaller,
    @QueryInput(AUDIT_QUERY) query: QueryValues<typeof AUDIT_QUERY>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Page<AuditRowView>> {
    const viewer = await this.views.viewerOf(user);
    const page = await this.search.page(viewer, await auditFilterOf(query, this.ids), auditRangeIn(query), query.limit);
    allowCompression(response);
    return {
      items: await this.views.of(page.rows, viewer),
      next_cursor: page.next ? auditCursorOf(page.next, query) : null,
    };
  }

  @Permits('signed-in')
  @Get('export.csv')
  @Queried(AUDIT_FILTERS)
  @Documented({
    operationId: 'exportAuditRows',
    summary: 'Export the audit log as CSV',
    description:
      `All rows that fit, newest first, with a header row (RFC 4180). A value that a spreadsheet would interpret as a ` +
      `formula is preceded by an apostrophe. ${VISIBLE}`,
    returns: 'The rows as CSV.',
    answer: 'text/csv',
    example: `${AUDIT_COLUMNS.join(',')}\r\n`,
    headers: { 'Content-Disposition': `Always \`${CSV_HEADERS['Content-Disposition']}\`.` },
    problems: ['too-many-requests'],
  })
  async export(
    @Caller() { user }: LatchkeyCaller,
    @QueryInput(AUDIT_FILTERS) query: QueryValues<typeof AUDIT_FILTERS>,
    @Res() response: Response,
  ): Promise<void> {
    const viewer = await this.views.viewerOf(user);
    const rows = this.search.all(viewer, await auditFilterOf(query, this.ids));
    allowCompression(response);
    await streamText(response, CSV_HEADERS, csvText(AUDIT_COLUMNS, this.viewed(rows, viewer), auditCsvRow));
  }

  private async *viewed(
    batches: AsyncGenerator<AuditRecord[], void>,
    viewer: AuditViewer,
  ): AsyncGenerator<AuditRowView[], void> {
    for await (const rows of batches) yield await this.views.of(rows, viewer);
  }
}
