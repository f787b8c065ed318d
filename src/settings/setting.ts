/** How a setting is declared: its variable, its form, its default and what it is for, once for everybody who needs it. */
import type { Form } from './form.js';

/** What is said of a setting. */
export interface Declaration<T> {
  /** The environment variable. Without one, the setting can only be given in code. */
  readonly env?: string;
  readonly form: Form<T>;
  /** What the setting does: one line of Markdown without a full stop at its end. */
  readonly doc: string;
  /** Whole sentences for lists with room for them, as in the README. */
  readonly more?: string;
  /** What people are told about the default, in Markdown, where that is not the value itself. */
  readonly defaultText?: string;
  /** Whether messages must never repeat the value. */
  readonly secret?: boolean;
}

/** One setting. */
export interface Setting<T> extends Declaration<T> {
  readonly default: T;
}

/** Settings that belong together, by the names they have in code; a group of them may be one of these. */
export type Settings = Readonly<Record<string, Setting<unknown> | SettingsTable>>;

/** A title and the settings below it: what a part of Latchkey declares. */
export interface SettingsTable<S extends Settings = Settings> {
  /** Names the part, for people. */
  readonly title: string;
  /** Beginnings of variables that only this part uses: one that is not known is a mistake. */
  readonly prefixes: readonly string[];
  readonly settings: S;
}

type ValueOf<E> = E extends SettingsTable<infer S> ? ValuesOf<S> : E extends Setting<infer T> ? T : never;
type ValuesOf<S> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

/** The values of a table's settings, all of them there. */
export type Values<T extends SettingsTable> = ValuesOf<T['settings']>;

type OptionOf<E> = E extends SettingsTable<infer S> ? OptionsOf<S> : E extends Setting<infer T> ? T : never;
type OptionsOf<S> = { readonly [Name in keyof S]?: OptionOf<S[Name]> | undefined };

/** What code may give for a table's settings; whatever is left out has its default. */
export type Options<T extends SettingsTable> = OptionsOf<T['settings']>;

/** Declares a setting; without a default it may be absent. */
export function setting<T>(declaration: Declaration<T> & { readonly default: NoInfer<T> }): Setting<T>;
export function setting<T>(declaration: Declaration<T>): Setting<T | undefined>;
export function setting<T>(declaration: Declaration<T> & { readonly default?: NoInfer<T> }): Setting<T | undefined> {
  return Object.freeze({ default: undefined, ...declaration });
}

/** Declares the settings of one part. */
export function settingsTable<S extends Settings>(
  title: string,
  settings: S,
  prefixes: readonly string[] = [],
): SettingsTable<S> {
  return Object.freeze({ title, prefixes, settings: Object.freeze(settings) });
}

/** A table with a group of further settings in it. */
export function withGroup<S extends Settings, const Name extends string, G extends Settings>(
  { title, prefixes, settings }: SettingsTable<S>,
  name: Name,
  group: SettingsTable<G>,
): SettingsTable<S & Readonly<Record<Name, SettingsTable<G>>>> {
  const grouped = { [name]: group } as Readonly<Record<Name, SettingsTable<G>>>;
  return settingsTable(title, { ...settings, ...grouped }, prefixes);
}

export function isTable(entry: Setting<unknown> | SettingsTable): entry is SettingsTable {
  return 'settings' in entry;
}

/** Every setting of a table, those of its groups included. */
export function settingsOf({ settings }: SettingsTable): Setting<unknown>[] {
  return Object.values(settings).flatMap((entry) => (isTable(entry) ? settingsOf(entry) : [entry]));
}

/** What each setting of a table is when nothing is given. */
export function defaultsOf<T extends SettingsTable>(table: T): Values<T> {
  const entries = Object.entries(table.settings);
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, isTable(entry) ? defaultsOf(entry) : entry.default]),
  ) as Values<T>;
}
