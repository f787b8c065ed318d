/** All metrics, in Prometheus' text format. */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { ChangeRelay, CredentialCache, HashingService, LastSeen, TokenCensus, Transactor } from '../../core/index.js';
import { GuessThrottle } from '../../identity/index.js';
import { Connection, databaseBytes, engineOf } from '../../persistence/index.js';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.options.js';
import { addDatabaseMetrics } from './database-metrics.js';
import { MetricRegistry } from './metric-registry.js';
import { Inventory, type InventoryCount } from './inventory.js';
import { addInventoryMetrics } from './inventory-metrics.js';
import { addLoginMetrics } from './login-metrics.js';
import { addRequestMetrics } from './request-metrics.js';
import { addSecurityMetrics } from './security-metrics.js';
import { addVerificationMetrics } from './verification-metrics.js';

/** Left out: gauges that are named like counters, and those that have no value where nothing was measured yet. */
const LEFT_OUT = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_lag_min_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'nodejs_eventloop_lag_stddev_seconds',
];

/** Listens to the channels from its construction on, so that nothing is missed that happens at the start. */
@Injectable()
export class Metrics implements OnApplicationShutdown {
  /** The media type of {@link Metrics.text}. */
  readonly contentType: string;
  private readonly registry = new MetricRegistry();
  private readonly inventory: Inventory;
  private counted: InventoryCount | undefined;
  private hasProcessMetrics = false;

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    { dataSource }: Connection,
    cache: CredentialCache,
    transactor: Transactor,
    relay: ChangeRelay,
    hashing: HashingService,
    census: TokenCensus,
    lastSeen: LastSeen,
    guesses: GuessThrottle,
  ) {
    const { registry } = this;
    const engine = engineOf(dataSource);
    ({ contentType: this.contentType } = registry.registry);
    this.inventory = new Inventory(
      { tokens: () => census.take(), bytes: () => databaseBytes(dataSource) },
      options.countSeconds * 1000,
    );
    if (!options.metrics) return;
    addVerificationMetrics(registry, cache, lastSeen);
    addRequestMetrics(registry);
    addDatabaseMetrics(registry, { engine, transactor, relay });
    addLoginMetrics(registry, { hashing, guesses });
    addSecurityMetrics(registry);
    addInventoryMetrics(registry, () => this.counted);
    const { version } = options;
    registry.gauge(
      'build_info',
      'The version of Latchkey and the engine of its database.',
      ['version', 'engine'],
      () => [[{ version, engine }, 1]],
    );
  }

  get isOn(): boolean {
    return this.options.metrics;
  }

  /** The current values of all metrics. */
  async text(): Promise<string> {
    this.addProcessMetrics();
    this.counted = await this.inventory.current();
    const { registry } = this.registry;
    return registry.metrics();
  }

  onApplicationShutdown(): void {
    this.registry.close();
  }

  /** Those of the process and of Node.js, which watch something all the time: only once somebody reads them. */
  private addProcessMetrics(): void {
    if (this.hasProcessMetrics) return;
    this.hasProcessMetrics = true;
    const { registry } = this.registry;
    collectDefaultMetrics({ register: registry });
    for (const name of LEFT_OUT) registry.removeSingleMetric(name);
  }
}
