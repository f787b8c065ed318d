/** Options of a Nest module are checked against its settings, and their defaults filled in. */
import type { DynamicModule, Provider } from '@nestjs/common';
import { checkOptions, type SettingsTable } from '../../settings/index.js';

/**
 * A configurable module whose options are checked, be they given or made by a factory.
 * @param definition - as the builder of configurable modules makes it: the options come first
 * @throws OptionsError for options that are given; for those that a factory makes, it comes when the application starts
 */
export function withCheckedOptions(definition: DynamicModule, table: SettingsTable): DynamicModule {
  const { name } = definition.module;
  const [options, ...others] = definition.providers ?? [];
  return options ? { ...definition, providers: [checkedProvider(name, options, table), ...others] } : definition;
}

function checkedProvider(name: string, provider: Provider, table: SettingsTable): Provider {
  if ('useValue' in provider) return { ...provider, useValue: checkOptions(name, table, provider.useValue) };
  if (!('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  const made = async (...values: unknown[]): Promise<object> => checkOptions(name, table, await useFactory(...values));
  return { ...provider, useFactory: made };
}
