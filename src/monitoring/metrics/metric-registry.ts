/** The registry of all metrics, and the channels that they listen to. */
import { Counter, Gauge, Histogram, Registry, type LabelValues } from 'prom-client';
import type { Channel } from '../../core/index.js';
import { TimingHistogram, type TimedSeries } from './timing-histogram.js';

type Labels = LabelValues<string>;

/** A value and its labels. */
export type Sample = readonly [labels: Labels, value: number];

/** Buckets in seconds for work that goes through the database or hashes passwords. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Names begin with `latchkey_`, which is left out here. */
export class MetricRegistry {
  readonly registry = new Registry();
  private readonly stops: (() => void)[] = [];

  /** A counter to increment. For what happens with every request, use {@link MetricRegistry.tallied}. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ ...this.named(name, help), labelNames });
  }

  /** A counter whose values are asked for when the metrics are read. */
  tallied(name: string, help: string, labelNames: readonly string[], samples: () => Iterable<Sample>): void {
    new Counter({
      ...this.named(name, help),
      labelNames,
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.inc(labels, value);
      },
    });
  }

  /** A gauge whose values are asked for when the metrics are read. It has no series for labels that are not given. */
  gauge(name: string, help: string, labelNames: readonly string[], samples: () => Iterable<Sample>): void {
    new Gauge({
      ...this.named(name, help),
      labelNames,
      collect() {
        this.reset();
        for (const [labels, value] of samples()) this.set(labels, value);
      },
    });
  }

  /** A histogram of rare events. */
  histogram(name: string, help: string, buckets: readonly number[] = SECONDS): Histogram {
    return new Histogram({ ...this.named(name, help), buckets: [...buckets] });
  }

  /** A histogram of durations that are counted by {@link TimedSeries}. */
  timed(name: string, help: string, series: () => Iterable<TimedSeries>): void {
    new TimingHistogram(this.named(name, help), series);
  }

  listen<M extends object>(channel: Channel<M>, listener: (message: M) => void): void {
    channel.subscribe(listener);
    this.stops.push(() => channel.unsubscribe(listener));
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.registry.clear();
  }

  private named(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `latchkey_${name}`, help, registers: [this.registry] };
  }
}
