/** A histogram that is made of {@link Timing}s when the metrics are read. */
import {
  Histogram,
  type LabelValues,
  type MetricObjectWithValues,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';
import type { Timing } from '../../core/index.js';

/** The durations of one combination of labels. */
export interface TimedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly timing: Timing;
}

type Value = MetricValueWithName<string>;

export class TimingHistogram extends Histogram {
  constructor(
    private readonly named: { name: string; help: string; registers: Registry[] },
    private readonly series: () => Iterable<TimedSeries>,
  ) {
    super(named);
  }

  override get(): Promise<MetricObjectWithValues<Value>> {
    const { name, help } = this.named;
    const values = [...this.series()].flatMap((each) => this.valuesOf(each));
    return Promise.resolve({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      collect: () => undefined,
      values,
    } as never);
  }

  /** The registry asks for this first. */
  getForPromString(): Promise<MetricObjectWithValues<Value>> {
    return this.get();
  }

  private valuesOf({ labels, timing }: TimedSeries): Value[] {
    const { name } = this.named;
    let total = 0;
    const buckets = timing.boundsMs.map((bound, at) => {
      total += timing.counts[at] ?? 0;
      return bucket(name, labels, bound / 1000, total);
    });
    return [
      ...buckets,
      bucket(name, labels, '+Inf', timing.count),
      { metricName: `${name}_sum`, labels, value: timing.sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: timing.count },
    ];
  }
}

function bucket(name: string, labels: LabelValues<string>, le: number | string, value: number): Value {
  return { metricName: `${name}_bucket`, labels: { ...labels, le }, value };
}
