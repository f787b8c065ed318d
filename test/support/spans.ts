/** A small SDK of OpenTelemetry, which keeps the spans in memory. It is registered through the API as a real one is. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import {
  ROOT_CONTEXT,
  context,
  trace,
  type Attributes,
  type Context,
  type ContextManager,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanOptions,
  type SpanStatus,
  type TimeInput,
  type Tracer,
} from '@opentelemetry/api';

const storage = new AsyncLocalStorage<Context>();

const manager: ContextManager = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, work, self, ...args) => storage.run(active, () => Reflect.apply(work, self, args) as never),
  bind: (_context, target) => target,
  enable: () => manager,
  disable: () => manager,
};

export class RecordedSpan implements Span {
  readonly attributes: Attributes = {};
  readonly events: string[] = [];
  status: SpanStatus | undefined;
  isEnded = false;
  private readonly own: SpanContext;

  constructor(
    public name: string,
    readonly kind: SpanKind | undefined,
    readonly parent: SpanContext | undefined,
    readonly startTime: TimeInput | undefined,
  ) {
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
    this.own = { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: 1 };
  }

  spanContext(): SpanContext {
    return this.own;
  }

  setAttribute(key: string, value: Attributes[string]): this {
    this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.attributes, attributes);
    return this;
  }

  addEvent(name: string): this {
    this.events.push(name);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.status = status;
    return this;
  }

  updateName(name: string): this {
    this.name = name;
    return this;
  }

  end(): void {
    if (this.isEnded) throw new Error(`the span ${this.name} has ended twice`);
    this.isEnded = true;
  }

  isRecording(): boolean {
    return !this.isEnded;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  recordException(): void {
    throw new Error('messages of exceptions may quote what was sent');
  }
}

/** Registered from its construction until `stop`. */
export class SpanRecorder {
  readonly spans: RecordedSpan[] = [];

  constructor() {
    context.setGlobalContextManager(manager);
    const tracer: Pick<Tracer, 'startSpan'> = {
      startSpan: (name: string, options: SpanOptions = {}, parent: Context = context.active()) => {
        const span = new RecordedSpan(name, options.kind, trace.getSpanContext(parent), options.startTime);
        this.spans.push(span.setAttributes(options.attributes ?? {}));
        return span;
      },
    };
    trace.setGlobalTracerProvider({ getTracer: () => tracer as Tracer });
  }

  /** The spans of a name. */
  named(name: string): RecordedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  childrenOf(parent: RecordedSpan): RecordedSpan[] {
    return this.spans.filter((span) => span.parent?.spanId === parent.spanContext().spanId);
  }

  clear(): void {
    this.spans.length = 0;
  }

  stop(): void {
    trace.disable();
    context.disable();
  }
}
