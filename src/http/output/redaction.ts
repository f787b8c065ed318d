/** Keeps the secrets of an application's credential forms out of the log and of error answers. */
import type { Application, Request } from 'express';
import type { Redaction } from '../../core/index.js';

/** By application; an application may have several stores of tokens. */
const REDACTIONS = new WeakMap<object, Set<Redaction>>();

/** From now on, secrets of these forms are removed from what the application logs and answers as errors. */
export function redactSecretsOf(application: Application, redaction: Redaction): void {
  const known = REDACTIONS.get(application) ?? new Set();
  REDACTIONS.set(application, known.add(redaction));
}

/** The requested path without the query, as it was sent but without secrets. For logs and errors. */
export function requestedPath({ originalUrl, app }: Pick<Request, 'originalUrl' | 'app'>): string {
  const path = originalUrl.split('?', 1)[0] ?? '';
  return redactionsOf(app).reduce((shown, redaction) => redaction.path(shown), path);
}

/** Text from a request without secrets, for errors that repeat it. Redact before you shorten it. */
export function redactedText({ app }: Pick<Request, 'app'>, text: string): string {
  return redactionsOf(app).reduce((shown, redaction) => redaction.text(shown), text);
}

/** The body of an error without secrets that it may repeat from the request. */
export function withoutSecrets(app: Application, body: unknown): unknown {
  const text = JSON.stringify(body);
  const safe = redactionsOf(app).reduce((shown, redaction) => redaction.text(shown), text);
  return safe === text ? body : (JSON.parse(safe) as unknown);
}

function redactionsOf(app: Application): Redaction[] {
  return [...(REDACTIONS.get(app) ?? [])];
}
