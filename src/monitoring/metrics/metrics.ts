/** All metrics, in Prometheus' text format. */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { ChangeRelay, CredentialCache, HashingService, LastSeen, TokenCensus, Transactor } from '../../core/index.js';
import { GuessThrottle } from '../../identity/index.js';
import { Connection, databaseBytes, engineOf } from '../../persistence/index.js';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.options.js';
import { addDatabaseFigures } from './database-figures.js';
import { Figures } from './figures.js';
import { Inventory, type InventoryCount } from './inventory.js';
import { addInventoryFigures } from './inventory-figures.js';
import { addLoginFigures } from './login-figures.js';
import { addRequestFigures } from './request-figures.js';
import { addSecurityFigures } from './security-figures.js';
import { addVerificationFigures } from './verification-figures.js';

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
  private readonly figures = new Figures();
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
    const { figures } = this;
    const engine = engineOf(dataSource);
    this.contentType = figures.registry.contentType;
    this.inventory = new Inventory(
      { tokens: () => census.take(), bytes: () => databaseBytes(dataSource) },
      options.countSeconds * 1000,
    );
    if (!options.metrics) return;
    addVerificationFigures(figures, cache, lastSeen);
    addRequestFigures(figures);
    addDatabaseFigures(figures, { engine, transactor, relay });
    addLoginFigures(figures, { hashing, guesses });
    addSecurityFigures(figures);
    addInventoryFigures(figures, () => this.counted);
    const { version } = options;
    figures.gauge(
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
    return this.figures.registry.metrics();
  }

  onApplicationShutdown(): void {
    this.figures.close();
  }

  /** Those of the process and of Node.js, which watch something all the time: only once somebody reads them. */
  private addProcessMetrics(): void {
    if (this.hasProcessMetrics) return;
    this.hasProcessMetrics = true;
    const { registry } = this.figures;
    collectDefaultMetrics({ register: registry });
    for (const name of LEFT_OUT) registry.removeSingleMetric(name);
  }
}
