/** Spans of OpenTelemetry, in the SDK that the operator or the host has registered. Without one there are none. */
import {
  SpanStatusCode,
  context,
  createContextKey,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';

const NAME = 'latchkey';

/** Marks what is done for a span of ours, so that statements of a host, which may use the same connection, have none. */
const OURS = createContextKey('latchkey');

/** What the API returns while no SDK is registered, and afterwards. */
interface DelegatingProvider {
  /** `undefined` without an SDK. */
  getDelegateTracer?(name: string): Tracer | undefined;
}

let tracer: Tracer | undefined;

/** Whether spans are made. A property and not a function, because every request and every change asks. */
export const tracing = { isOn: false };

/** Looks whether an SDK is registered. Call it at each start: asking the API each time would cost more than a comparison. */
export function lookForTracer(): void {
  // The class of the API is there twice, for `import` and `require`, so `instanceof` would fail.
  const provider: TracerProvider & DelegatingProvider = trace.getTracerProvider();
  tracer = provider.getDelegateTracer ? provider.getDelegateTracer(NAME) : provider.getTracer(NAME);
  tracing.isOn = tracer !== undefined;
}

/** Starts a span. Call it only if {@link tracing} is on; end the span. @param parent - default: the current one */
export function startSpan(name: string, options: SpanOptions, parent: Context = context.active()): Span | undefined {
  return tracer?.startSpan(name, options, parent);
}

/** Runs work as part of a span. @param parent - what the span was started with */
export function withinSpan<T>(span: Span, work: () => T, parent: Context = context.active()): T {
  return context.with(trace.setSpan(parent, span).setValue(OURS, true), work);
}

/** Whether the current work is part of a span of ours. */
export function isWithinSpan(): boolean {
  return context.active().getValue(OURS) === true;
}

/**
 * Marks a span as failed. The message of the error is left out, because it may quote what a caller has sent.
 * @param type - a code or the name of a class
 * @param isFault - whether something is wrong with the server, and not with what it was asked to do
 */
export function markFailed(span: Span, type: string, isFault: boolean): void {
  span.setAttributes({ 'error.type': type } satisfies Attributes);
  if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
}
