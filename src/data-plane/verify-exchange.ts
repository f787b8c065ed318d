/** A request to `/verify` and its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from 'express';
import { addressFor, headerIn, requestChannel, requestIdIn, requestStartChannel } from '../http/index.js';
import type { DecisionSource } from './channels.js';
import type { VerifyAnswer } from './verify-answer.js';
import { verifyTally } from './verify-tally.js';

const DIALECT = 'verify';
const ROUTE = '/verify';

export class VerifyExchange implements DecisionSource {
  readonly entryPoint = 'verify';
  readonly requestId: string;
  /** By `performance.now()`; only set for those that are timed: all if the channel has subscribers, otherwise some. */
  private readonly began: number | undefined;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    private readonly application: () => Application,
  ) {
    this.requestId = requestIdIn(request.rawHeaders);
    if (verifyTally.isTimed() || requestChannel.hasSubscribers) this.began = performance.now();
  }

  /** By the configured trust in proxies. A getter, because it is rarely asked for. */
  get address(): string | null {
    return addressFor(this.application(), this.request);
  }

  get userAgent(): string | null {
    return headerIn(this.request.rawHeaders, 'user-agent');
  }

  /** Publishes the start, and runs the work in the context of the stores bound to the channel. */
  start(work: () => void): void {
    const { requestId, method } = this;
    requestStartChannel.runStores({ requestId, method, dialect: DIALECT }, work);
  }

  /** Sends the answer and publishes the end, without waiting until the client has received it. */
  send(answer: VerifyAnswer): void {
    answer.send(this.response, this.requestId);
    const { status } = answer;
    const durationMs = this.began === undefined ? undefined : performance.now() - this.began;
    verifyTally.add(status, durationMs);
    if (durationMs === undefined || !requestChannel.hasSubscribers) return;
    const { requestId, method } = this;
    requestChannel.publish({ requestId, method, dialect: DIALECT, route: ROUTE, status, aborted: false, durationMs });
  }

  private get method(): string {
    return this.request.method ?? '';
  }
}
