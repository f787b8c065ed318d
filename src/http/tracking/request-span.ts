/** The span of a request, and the trace that it belongs to. */
import type { IncomingMessage } from 'node:http';
import {
  SpanKind,
  context,
  defaultTextMapGetter,
  propagation,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { markFailed, startSpan, withinSpan } from '../../core/index.js';

/** A span of a caller. */
export interface TraceParent {
  /** 32 hex characters. */
  readonly traceId: string;
  /** 16 hex characters. */
  readonly spanId: string;
  /** Bit 0: the caller records the trace. */
  readonly traceFlags: number;
}

/** What is known of a request when it arrives. */
interface Arrived {
  readonly requestId: string;
  readonly method: string;
}

/** What is known of it when it is finished. */
export interface Finished {
  readonly dialect: string | null;
  /** The pattern of the route with its prefix; `null` if no route matched. */
  readonly route: string | null;
  readonly status: number;
  /** Whether the connection was closed before the whole answer was sent. */
  readonly aborted?: boolean;
}

export class RequestSpan {
  private constructor(
    private readonly span: Span,
    private readonly parent: Context,
    private readonly method: string,
  ) {}

  /**
   * Paths and queries are left out, because ids in them may be secret. `undefined` without an SDK.
   * @param given - the caller's span by `traceparent`, for an SDK without a propagator
   */
  static of(
    request: IncomingMessage,
    { requestId, method }: Arrived,
    given: TraceParent | undefined,
  ): RequestSpan | undefined {
    // An instrumentation of `node:http` has its own span for the request already, with the caller's as its parent.
    const isInner = trace.getSpan(context.active()) !== undefined;
    const parent = isInner ? context.active() : parentIn(request, given);
    const kind = isInner ? SpanKind.INTERNAL : SpanKind.SERVER;
    const attributes = { 'http.request.method': method, 'latchkey.request_id': requestId };
    const span = startSpan(method, { kind, attributes }, parent);
    return span && new RequestSpan(span, parent, method);
  }

  run(work: () => void): void {
    withinSpan(this.span, work, this.parent);
  }

  end({ dialect, route, status, aborted = false }: Finished): void {
    const { span, method } = this;
    span.setAttribute('http.response.status_code', status);
    if (dialect !== null) span.setAttribute('latchkey.dialect', dialect);
    if (route !== null) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
    if (aborted) markFailed(span, 'aborted', false);
    else if (status >= 500) markFailed(span, String(status), true);
    span.end();
  }
}

/** By the registered propagator; where there is none, by the header of W3C Trace Context. */
function parentIn({ headers }: IncomingMessage, given: TraceParent | undefined): Context {
  if (propagation.fields().length > 0) return propagation.extract(context.active(), headers, defaultTextMapGetter);
  return given ? trace.setSpanContext(context.active(), { ...given, isRemote: true }) : context.active();
}
