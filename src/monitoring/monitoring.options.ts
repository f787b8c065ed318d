/** The options of the monitoring module. */
import type { Values } from '../settings/index.js';
import type { MONITORING_SETTINGS } from './monitoring.settings.js';

/** Injection token. */
export const MONITORING_OPTIONS = Symbol('latchkey:monitoring-options');

export interface MonitoringOptions extends Values<typeof MONITORING_SETTINGS> {
  /** The version of Latchkey. */
  readonly version: string;
}
