/** Spans of the statements that are sent to the database on behalf of a request or a unit of work. */
import { SpanKind, type Attributes } from '@opentelemetry/api';
import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import { tracing, isWithinSpan, markFailed, startSpan } from '../core/index.js';
import { engineOf } from './engine.js';

/** Characters of a statement that a span shows. */
const MAX_TEXT = 2000;

const known = new WeakSet<DataSource>();

/** Traces the statements of a connection from now on, if an SDK is registered. */
export function traceStatements(dataSource: DataSource): void {
  if (!tracing.isOn || known.has(dataSource)) return;
  known.add(dataSource);
  dataSource.subscribers.push(new StatementSpans(engineOf(dataSource) === 'postgres' ? 'postgresql' : 'sqlite'));
}

/** What TypeORM tells of a statement; its own types differ between 0.3 and 1. */
interface StatementBegun {
  readonly queryRunner: QueryRunner;
}
interface StatementDone extends StatementBegun {
  readonly query: string;
  readonly success: boolean;
  readonly error?: unknown;
}

/** A subscriber hears of every statement; one statement runs at a time on a runner, nearly always. */
class StatementSpans implements EntitySubscriberInterface {
  private readonly began = new WeakMap<QueryRunner, number>();

  constructor(private readonly system: string) {}

  beforeQuery({ queryRunner }: StatementBegun): void {
    if (isWithinSpan()) this.began.set(queryRunner, now());
  }

  afterQuery({ queryRunner, query, success, error }: StatementDone): void {
    if (!isWithinSpan()) return;
    const { name, attributes } = describe(query);
    const span = startSpan(name, {
      kind: SpanKind.CLIENT,
      startTime: this.began.get(queryRunner) ?? now(),
      attributes: { 'db.system.name': this.system, ...attributes },
    });
    if (!span) return;
    if (!success) markFailed(span, codeOf(error), true);
    span.end(now());
  }
}

/** Runs a statement that does not go through TypeORM, with a span if it is part of one. */
export function tracedStatement<T>(statement: string, run: () => T): T {
  if (!tracing.isOn || !isWithinSpan()) return run();
  const { name, attributes } = describe(statement);
  const span = startSpan(name, { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'sqlite', ...attributes } });
  try {
    return run();
  } catch (error) {
    if (span) markFailed(span, codeOf(error), true);
    throw error;
  } finally {
    span?.end();
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? 'unknown';
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** By the conventions of OpenTelemetry: what is not a placeholder becomes one, so that no value is shown. */
export function describe(statement: string): { name: string; attributes: Attributes } {
  const [operation = ''] = /^[a-z]+/i.exec(statement.trimStart()) ?? [];
  const verb = operation.toUpperCase();
  const [, table] = /\b(?:FROM|INTO|UPDATE|JOIN)\s+"?(latchkey_\w+)"?/i.exec(statement) ?? [];
  const name = [verb, table].filter((part) => part !== undefined && part !== '').join(' ') || 'statement';
  const text = withoutValues(statement).slice(0, MAX_TEXT);
  const attributes: Attributes = { 'db.operation.name': verb, 'db.query.summary': name, 'db.query.text': text };
  if (table !== undefined) attributes['db.collection.name'] = table;
  return { name, attributes };
}

function withoutValues(statement: string): string {
  return statement.replaceAll(/'(?:[^']|'')*'/g, '?').replaceAll(/(?<![\w$"])\d+(?:\.\d+)?\b/g, '?');
}
