/** MetricRegistry of requests, streams and limits. The part about requests runs for every request. */
import { Timing } from '../../core/index.js';
import { verifyTally } from '../../data-plane/index.js';
import {
  capacityChannel,
  routedRequestChannel,
  streamChannel,
  type RequestMessage,
  type StreamMessage,
} from '../../http/index.js';
import type { MetricRegistry, Sample } from './metric-registry.js';

const BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Any other method is counted as `other`: clients may send what they like. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The requests to one operation. */
class OperationTally {
  readonly timing = new Timing(BOUNDS_MS);
  readonly statuses = new Map<number, number>();
  aborted = 0;
  private readonly method: string;

  constructor(private readonly like: RequestMessage) {
    this.method = countedMethod(like);
  }

  covers(message: RequestMessage): boolean {
    const { like } = this;
    if (like.route !== message.route || like.dialect !== message.dialect) return false;
    return like.method === message.method || this.method === countedMethod(message);
  }

  add({ status, aborted, durationMs }: RequestMessage): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (aborted) this.aborted += 1;
    this.timing.observe(durationMs);
  }

  get labels(): Readonly<Record<string, string>> {
    const { dialect, route } = this.like;
    return { dialect: dialect ?? '', method: this.method, route: route ?? '' };
  }

  samples(): Sample[] {
    return [...this.statuses].map(([status, count]) => [{ ...this.labels, status: String(status) }, count]);
  }
}

/** Finds the tally of a request by its route, without building a key. */
class RequestTallies {
  private readonly byRoute = new Map<string | null, OperationTally[]>();

  readonly heard = (message: RequestMessage): void => {
    let tallies = this.byRoute.get(message.route);
    if (!tallies) this.byRoute.set(message.route, (tallies = []));
    let tally = tallies.find((each) => each.covers(message));
    if (!tally) tallies.push((tally = new OperationTally(message)));
    tally.add(message);
  };

  get all(): OperationTally[] {
    return [...this.byRoute.values()].flat();
  }
}

export function addRequestMetrics(registry: MetricRegistry): void {
  const tallies = new RequestTallies();
  const labels = ['dialect', 'method', 'route'];
  registry.listen(routedRequestChannel, tallies.heard);
  registry.tallied('http_requests_total', 'Requests that are over.', [...labels, 'status'], () => [
    ...tallies.all.flatMap((tally) => tally.samples()),
    ...verifySamples(),
  ]);
  registry.tallied(
    'http_requests_aborted_total',
    'Requests whose connection was closed before the end of the answer.',
    labels,
    () => tallies.all.filter(({ aborted }) => aborted > 0).map((tally) => [tally.labels, tally.aborted]),
  );
  registry.timed(
    'http_request_duration_seconds',
    'How long requests took, until the answer was sent.',
    () => tallies.all,
  );
  addStreamMetrics(registry);
  const refused = registry.counter('capacity_refusals_total', 'What was refused because a limit was reached.', [
    'resource',
  ]);
  registry.listen(capacityChannel, ({ resource }) => {
    refused.inc({ resource });
  });
}

/** It answers all methods alike. */
function verifySamples(): Sample[] {
  const labels = { dialect: 'verify', method: 'any', route: '/verify' };
  return [...verifyTally.statuses].map(([status, count]) => [{ ...labels, status: String(status) }, count]);
}

function addStreamMetrics(registry: MetricRegistry): void {
  const open = new Map<string, number>();
  const events = registry.counter('stream_events_total', 'Streams that were opened, refused or ended, and why.', [
    'dialect',
    'event',
    'reason',
  ]);
  registry.listen(streamChannel, ({ dialect, event, reason, open: number }: StreamMessage) => {
    open.set(dialect, number);
    events.inc({ dialect, event, reason: reason ?? '' });
  });
  registry.gauge('streams', 'Streams of changes that are open.', ['dialect'], () =>
    [...open].map(([dialect, number]) => [{ dialect }, number]),
  );
}

function countedMethod({ method }: RequestMessage): string {
  return METHODS.has(method) ? method : 'other';
}
