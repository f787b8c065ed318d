/** The environment, read once into one frozen, validated value. */
export { loadConfig, type Config } from './config.js';
export { ConfigError, type Environment } from './fault-collector.js';
