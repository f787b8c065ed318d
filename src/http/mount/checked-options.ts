/** Checks the options of a Nest module against its settings, and fills in the defaults. */
import type { DynamicModule, Provider } from '@nestjs/common';
import { checkOptions, type SettingsTable } from '../../settings/index.js';

/**
 * A configurable module whose options are checked, whether they are given as a value or made by a factory.
 * @param definition - from the builder of configurable modules: the options are its first provider
 * @throws OptionsError for options given as a value; those of a factory are checked when the application starts
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
