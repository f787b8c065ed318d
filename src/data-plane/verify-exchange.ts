/** A request to `/verify` and its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from 'express';
import { tracing } from '../core/index.js';
import {
  RequestSpan,
  addressFor,
  headerIn,
  requestChannel,
  requestIdIn,
  requestStartChannel,
  traceParentIn,
} from '../http/index.js';
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
  private span: RequestSpan | undefined;

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

  /** Whether {@link start} has something to do. */
  static get isObserved(): boolean {
    return requestStartChannel.hasSubscribers || tracing.isOn;
  }

  /** Publishes the start, and runs the work in the context of the stores bound to the channel, and of its span. */
  start(work: () => void): void {
    const { requestId, method } = this;
    const run = (): void => {
      requestStartChannel.runStores({ requestId, method, dialect: DIALECT }, work);
    };
    this.span = RequestSpan.of(this.request, this, traceParentIn(this.request.rawHeaders));
    if (this.span) this.span.run(run);
    else run();
  }

  /** Sends the answer and publishes the end, without waiting until the client has received it. */
  send(answer: VerifyAnswer): void {
    answer.send(this.response, this.requestId);
    const { status } = answer;
    const durationMs = this.began === undefined ? undefined : performance.now() - this.began;
    verifyTally.add(status, durationMs);
    this.span?.end({ dialect: DIALECT, route: ROUTE, status });
    if (durationMs === undefined || !requestChannel.hasSubscribers) return;
    const { requestId, method } = this;
    requestChannel.publish({ requestId, method, dialect: DIALECT, route: ROUTE, status, aborted: false, durationMs });
  }

  get method(): string {
    return this.request.method ?? '';
  }
}
