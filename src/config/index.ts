/** The environment, read once into one frozen, validated value. */
export { ConfigError } from './config-error.js';
export { loadConfig, settingsTables, type Config, type DialectSettings } from './config.js';
