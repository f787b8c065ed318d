/** What there is to say about settings, for lists that people read. */
import { isTable, type Setting, type SettingsTable } from './setting.js';

/** One setting, described. Texts are Markdown. */
export interface SettingDescription {
  /** The name in code; within a group after the group's name and a dot. */
  readonly option: string;
  /** The environment variable, if there is one. */
  readonly env: string | undefined;
  /** What the setting does, in one line. */
  readonly doc: string;
  /** Whole sentences, for lists with room for them. */
  readonly more: string | undefined;
  /** What fits, in a few words; `undefined` where `doc` says it. */
  readonly range: string | undefined;
  /** The default; `undefined` when the setting is absent unless given. */
  readonly byDefault: string | undefined;
}

/** Every setting of a table, those of its groups included. */
export function describeSettings({ settings }: SettingsTable): SettingDescription[] {
  return Object.entries(settings).flatMap(([name, entry]) =>
    isTable(entry)
      ? describeSettings(entry).map((member) => ({ ...member, option: `${name}.${member.option}` }))
      : [describe(name, entry)],
  );
}

function describe(option: string, declared: Setting<unknown>): SettingDescription {
  const { env, form, doc, more } = declared;
  const value = declared.default === undefined ? undefined : `\`${form.toText(declared.default)}\``;
  return { option, env, doc, more, range: form.range, byDefault: declared.defaultText ?? value };
}
