/** Sends lists of access tokens, a batch at a time (docs/contracts/crm.md §4.2, §4.3). */
import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { collected, nextTurn } from '../../core/index.js';
import { CapacityReports, streamJsonList } from '../../http/index.js';
import type { Values } from '../../settings/index.js';
import type { AccessToken } from './access-token.entity.js';
import type { CrmCaller } from './crm.guard.js';
import { isOfAnother, scopeOf } from './consumer-scope.js';
import type { ListQuery } from './access-tokens.inputs.js';
import { CRM_OPTIONS } from './crm.options.js';
import type { CRM_SETTINGS } from './crm.settings.js';
import { COLUMNS, accessTokenFields, ok, selected, type SelectedFields } from './crm.views.js';

import type { Field } from './crm.fields.js';
import { LogInformation } from './log-information.js';
import { VisibleTokens } from './visible-tokens.js';

const reports = new CapacityReports('AccessTokenList', 'list_rows');

@Injectable()
export class AccessTokenList {
  constructor(
    private readonly tokens: VisibleTokens,
    private readonly logInformation: LogInformation,
    @Inject(CRM_OPTIONS) private readonly options: Values<typeof CRM_SETTINGS>,
  ) {}

  /** Sends at most as many tokens as one answer may hold, and says so if there are more of those asked for. */
  async send(response: Response, caller: CrmCaller, query: ListQuery): Promise<void> {
    const number = Math.min(query.number, this.options.listMax);
    const next = query.offset + number;
    const isCut = query.number > number && (await this.has(caller, { ...query, offset: next, number: 1 }));
    if (isCut) reports.add(number, response.req.socket.remoteAddress);
    const description = isCut
      ? `only ${String(number)} are returned at once (CRM_LIST_MAX); the next ones have offset ${String(next)}`
      : '';
    const batches = this.batches(caller, { ...query, number });
    await streamJsonList(
      response,
      batches,
      (fields) => fields,
      () => ok([], description),
      'data',
    );
  }

  private async has(caller: CrmCaller, query: ListQuery): Promise<boolean> {
    const found = await collected(this.tokensOf(caller, query, []));
    return found.length > 0;
  }

  private async *batches(caller: CrmCaller, query: ListQuery): AsyncGenerator<SelectedFields[], void> {
    const { fields } = query;
    const columns = [...new Set([...fields].flatMap((field) => COLUMNS[field] ?? []))];
    for await (const tokens of this.tokensOf(caller, query, columns)) {
      yield await this.views(caller, tokens, fields);
    }
  }

  private async *tokensOf(
    caller: CrmCaller,
    { offset, number, effective, owner, classification }: ListQuery,
    columns: readonly (keyof AccessToken)[],
  ): AsyncGenerator<AccessToken[], void> {
    if (effective === null || isOfAnother(scopeOf(caller.consumer), owner)) return;
    yield* this.tokens.list(caller, { offset, limit: number, effective, owner, classification, columns });
  }

  private async views(
    { account, consumer }: CrmCaller,
    tokens: readonly AccessToken[],
    fields: ReadonlySet<Field>,
  ): Promise<SelectedFields[]> {
    // Who manages a token is not the consumer's data.
    if (!fields.has('log_information') || consumer)
      return tokens.map((token) => selected(accessTokenFields(token, account), fields));
    // The log is read and mapped like the tokens themselves.
    await nextTurn();
    const authors = await this.logInformation.authorsOf(tokens);
    return tokens.map((token) => selected(accessTokenFields(token, account, authors.get(token.id)), fields));
  }
}
