/** Options that a host gives are checked when its application starts, and every fault is told at once. */
import type { DynamicModule, Provider } from '@nestjs/common';

/** A host has given options that cannot be; the message names each, and what to give instead. */
export class OptionsError extends Error {}

/** Tells what is wrong with a value under this name; nothing when it will do. */
export type OptionRule = (value: unknown, name: string) => string[];

/** One rule for each option. */
export type OptionRules<T> = { readonly [Name in keyof Required<T>]: OptionRule };

/** @param wants - what to give instead, for people */
export function rule(fits: (value: unknown) => boolean, wants: string): OptionRule {
  return (value, name) => (fits(value) ? [] : [`${name} is ${shown(value)}; give ${wants}`]);
}

export function wholeNumber(min: number, max: number): OptionRule {
  const fits = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return rule(fits, `a whole number from ${String(min)} to ${String(max)}`);
}

export function oneOf(...choices: readonly (string | boolean)[]): OptionRule {
  return rule((value) => choices.some((choice) => choice === value), choices.map(shown).join(' or '));
}

export function matching(pattern: RegExp, wants: string): OptionRule {
  return rule((value) => typeof value === 'string' && pattern.test(value), wants);
}

/** An object of options. @param required - those that have no default */
export function optionGroup<T extends object>(rules: OptionRules<T>, required: readonly (keyof T)[] = []): OptionRule {
  return (value, name) => {
    if (typeof value !== 'object' || value === null) return [`${name} is ${shown(value)}; give an object`];
    const missing = required.filter((member) => !(member in value));
    return [...missing.map((member) => `${name}.${String(member)} is missing`), ...faults(value, rules, `${name}.`)];
  };
}

/**
 * A configurable module whose options are checked, be they given or made. Those that are `undefined` count as not given.
 * @param definition - as the builder of configurable modules makes it: the options come first
 * @throws OptionsError for options that are given; for those that are made it comes when the application starts
 */
export function withCheckedOptions<T extends object>(definition: DynamicModule, rules: OptionRules<T>): DynamicModule {
  const { name } = definition.module;
  const [options, ...others] = definition.providers ?? [];
  return options ? { ...definition, providers: [checkedProvider(name, options, rules), ...others] } : definition;
}

function checkedProvider<T extends object>(name: string, provider: Provider, rules: OptionRules<T>): Provider {
  if ('useValue' in provider) return { ...provider, useValue: checkedOptions(name, provider.useValue, rules) };
  if (!('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  const made = async (...values: unknown[]): Promise<object> =>
    checkedOptions(name, await useFactory(...values), rules);
  return { ...provider, useFactory: made };
}

function checkedOptions<T>(name: string, options: unknown, rules: OptionRules<T>): object {
  if (typeof options !== 'object' || options === null) {
    throw new OptionsError(`${name} has got ${shown(options)} for its options: give an object, be it empty`);
  }
  const found = faults(options, rules, '');
  if (found.length > 0) throw new OptionsError(`${name} cannot have these options: ${found.join('. ')}`);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function faults<T>(options: object, rules: OptionRules<T>, prefix: string): string[] {
  const known: Readonly<Record<string, OptionRule>> = rules;
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => {
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      return (
        check?.(value, prefix + name) ?? [`${prefix}${name} is unknown; there are ${Object.keys(known).join(', ')}`]
      );
    });
}

/** As it is written in a program; of objects no more than that they are some, for there may be secrets in them. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
