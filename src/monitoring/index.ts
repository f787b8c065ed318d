/** Watching a server: metrics, and a listener for operators. */
export { MonitoringModule } from './monitoring.module.js';
export { OperatorListener } from './operator-listener.js';
