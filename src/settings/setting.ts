/** Declares settings: variable, form, default and description in one place. */
import type { Form } from './form.js';

/** The declaration of a setting. */
export interface Declaration<T> {
  /** Its environment variable; without one it can only be given in code. */
  readonly env?: string;
  readonly form: Form<T>;
  /** What it does: one line of Markdown without a final full stop. */
  readonly doc: string;
  /** Whole sentences with further details, for docs/settings.md. */
  readonly more?: string;
  /** The default as shown in lists, in Markdown, if that is not the value itself. */
  readonly defaultText?: string;
  /** The default where the environment is read, if it depends on where the program runs. */
  readonly defaultIn?: (env: Readonly<Record<string, string | undefined>>) => T;
  /** Whether the value must never appear in messages. */
  readonly secret?: boolean;
}

/** A declared setting. */
export interface Setting<T> extends Declaration<T> {
  readonly default: T;
}

/** Settings and groups of settings by their names in code. */
export type Settings = Readonly<Record<string, Setting<unknown> | SettingsTable>>;

/** The settings of one part of Latchkey. */
export interface SettingsTable<S extends Settings = Settings> {
  /** The part's name for display. */
  readonly title: string;
  /** Prefixes of variables that only this part uses. An unknown variable with one of them is a mistake. */
  readonly prefixes: readonly string[];
  readonly settings: S;
  /** What is wrong with values that are valid one by one. */
  readonly rule?: SettingsRule | undefined;
}

/**
 * Says what is wrong with the values of a table together, and what to give instead: a sentence for each problem.
 * @param values - by their names in code, each valid
 * @param nameOf - how messages name a setting: its variable, or the option in code
 */
export type SettingsRule = (
  values: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string,
) => readonly string[];

type ValueOf<E> = E extends SettingsTable<infer S> ? ValuesOf<S> : E extends Setting<infer T> ? T : never;
type ValuesOf<S> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

/** The values of all settings of a table. */
export type Values<T extends SettingsTable> = ValuesOf<T['settings']>;

type OptionOf<E> = E extends SettingsTable<infer S> ? OptionsOf<S> : E extends Setting<infer T> ? T : never;
type OptionsOf<S> = { readonly [Name in keyof S]?: OptionOf<S[Name]> | undefined };

/** Options for the settings of a table, all optional. */
export type Options<T extends SettingsTable> = OptionsOf<T['settings']>;

/** Declares a setting. Without a default, its value may be `undefined`. */
export function setting<T>(declaration: Declaration<T> & { readonly default: NoInfer<T> }): Setting<T>;
export function setting<T>(declaration: Declaration<T>): Setting<T | undefined>;
export function setting<T>(declaration: Declaration<T> & { readonly default?: NoInfer<T> }): Setting<T | undefined> {
  return Object.freeze({ default: undefined, ...declaration });
}

/** Declares the settings of a part. */
export function settingsTable<S extends Settings>(
  title: string,
  settings: S,
  prefixes: readonly string[] = [],
  rule?: SettingsRule,
): SettingsTable<S> {
  return Object.freeze({ title, prefixes, settings: Object.freeze(settings), rule });
}

/** The table with an additional group of settings. */
export function withGroup<S extends Settings, const Name extends string, G extends Settings>(
  { title, prefixes, settings, rule }: SettingsTable<S>,
  name: Name,
  group: SettingsTable<G>,
): SettingsTable<S & Readonly<Record<Name, SettingsTable<G>>>> {
  const grouped = { [name]: group } as Readonly<Record<Name, SettingsTable<G>>>;
  return settingsTable(title, { ...settings, ...grouped }, prefixes, rule);
}

export function isTable(entry: Setting<unknown> | SettingsTable): entry is SettingsTable {
  return 'settings' in entry;
}

/** All settings of a table, including those of its groups. */
export function settingsOf({ settings }: SettingsTable): Setting<unknown>[] {
  return Object.values(settings).flatMap((entry) => (isTable(entry) ? settingsOf(entry) : [entry]));
}

/** The defaults of all settings of a table. */
export function defaultsOf<T extends SettingsTable>(table: T): Values<T> {
  const entries = Object.entries(table.settings);
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, isTable(entry) ? defaultsOf(entry) : entry.default]),
  ) as Values<T>;
}
