/** The success envelope (docs/contracts/cloudflare.md §2.2), and pages of lists in it. */
import type { Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiProperty } from '../../internals/index.js';
import type { PageRequest } from '../../core/index.js';
import { allowCompression, queryNumber, streamJsonList } from '../../http/index.js';

export class ResultInfoView {
  @ApiProperty({ type: 'integer', example: 1 })
  page!: number;

  @ApiProperty({ type: 'integer', example: 100 })
  per_page!: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'Items in this page.' })
  count!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  total_count!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  total_pages!: number;
}

export interface Envelope<T> {
  result: T;
  success: true;
  errors: [];
  messages: unknown[];
  result_info?: ResultInfoView;
}

export function success<T>(result: T, messages: unknown[] = []): Envelope<T> {
  return { result, success: true, errors: [], messages };
}

/** The page of a list that a client requests. */
export interface Page {
  readonly page: number;
  /** `undefined`: everything on page 1, other pages empty (docs/contracts/cloudflare.md §0.1, §0.2). */
  readonly perPage: number | undefined;
}

const PER_PAGE_MAX = 1000;
const PAGE_MAX = 1_000_000_000;

/** @throws InputError */
export function requestedPage(request: Request): Page {
  return {
    page: queryNumber(request, 'page', 1, PAGE_MAX) ?? 1,
    perPage: queryNumber(request, 'per_page', 1, PER_PAGE_MAX),
  };
}

/** Whether the client asks for everything at once. */
export function wantsAll({ page, perPage }: Page): boolean {
  return page === 1 && perPage === undefined;
}

/** The rows of a page that is not everything. */
export function pageRequestOf({ page, perPage = 0 }: Page): PageRequest {
  return { offset: (page - 1) * perPage, limit: perPage };
}

/** Sends everything on one page, a batch at a time. */
export function sendAll<T>(
  response: Response,
  batches: AsyncGenerator<readonly T[]>,
  view: (item: T) => unknown,
): Promise<void> {
  allowCompression(response);
  return streamJsonList(response, batches, view, (count) =>
    successPage([], { page: 1, perPage: undefined }, count, count),
  );
}

/** Sends one page of a list. */
export function sendPage(response: Response, result: unknown[], page: Page, total: number): void {
  allowCompression(response);
  response.json(successPage(result, page, total));
}

function resultInfo({ page, perPage }: Page, count: number, total: number): ResultInfoView {
  const per_page = perPage ?? Math.max(total, 1);
  return { page, per_page, count, total_count: total, total_pages: Math.ceil(total / per_page) };
}

/** @param count - the number of items, where they are not in the envelope yet */
function successPage<T>(items: T[], page: Page, total: number, count = items.length): Envelope<T[]> {
  return { ...success(items), result_info: resultInfo(page, count, total) };
}

/** The class of an envelope around a result or a list of results, for OpenAPI. */
export function envelopeOf(view: Type, isList = false): Type<object> {
  class EnvelopeView {
    success!: boolean;
    errors!: unknown[];
    messages!: unknown[];
  }
  ApiProperty(isList ? { type: [view] } : { type: view })(EnvelopeView.prototype, 'result');
  ApiProperty({ type: Boolean, example: true })(EnvelopeView.prototype, 'success');
  ApiProperty({ type: [Object], example: [] })(EnvelopeView.prototype, 'errors');
  ApiProperty({ type: [Object], example: [] })(EnvelopeView.prototype, 'messages');
  if (isList) ApiProperty({ type: ResultInfoView })(EnvelopeView.prototype, 'result_info');
  const subject = view.name.replace(/View$/, '');
  Object.defineProperty(EnvelopeView, 'name', { value: `${subject}${isList ? 'List' : ''}Envelope` });
  return EnvelopeView;
}

/** A list that is read at once or by the page. */
export interface ReadableList<T> {
  readonly all: () => AsyncGenerator<readonly T[]>;
  readonly page: (page: PageRequest) => Promise<[T[], number]>;
}

/** Sends what a client asks for of a list. @throws InputError */
export async function sendList<T>(
  request: Request,
  response: Response,
  list: ReadableList<T>,
  view: (item: T) => unknown,
): Promise<void> {
  const page = requestedPage(request);
  if (wantsAll(page)) {
    await sendAll(response, list.all(), view);
    return;
  }
  const [items, total] = await list.page(pageRequestOf(page));
  sendPage(response, items.map(view), page, total);
}

/** Sends what a client asks for of a short list that is in memory. @throws InputError */
export function sendKnown<T>(
  request: Request,
  response: Response,
  items: readonly T[],
  view: (item: T) => unknown,
): void {
  const page = requestedPage(request);
  const { offset, limit } = wantsAll(page) ? { offset: 0, limit: items.length } : pageRequestOf(page);
  sendPage(response, items.slice(offset, offset + limit).map(view), page, items.length);
}
