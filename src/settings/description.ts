/** Describes settings for help and documentation. */
import { fileVariable } from './secret-file.js';
import { isTable, type Setting, type SettingsTable } from './setting.js';

/** The description of a setting. Texts are Markdown. */
export interface SettingDescription {
  /** Its name in code, preceded by the name of its group and a dot if it is in one. */
  readonly option: string;
  /** Its environment variable, if it has one. */
  readonly env: string | undefined;
  /** The variable that may name a file with the value instead; for secrets only. */
  readonly fileEnv: string | undefined;
  /** What the setting does, in one line. */
  readonly doc: string;
  /** Whole sentences with further details. */
  readonly more: string | undefined;
  /** The valid values in a few words; `undefined` if `doc` says it. */
  readonly range: string | undefined;
  /** The default; `undefined` if it has none. */
  readonly byDefault: string | undefined;
}

/** Describes all settings of a table, including those of its groups. */
export function describeSettings({ settings }: SettingsTable): SettingDescription[] {
  return Object.entries(settings).flatMap(([name, entry]) =>
    isTable(entry)
      ? describeSettings(entry).map((member) => ({ ...member, option: `${name}.${member.option}` }))
      : [describe(name, entry)],
  );
}

function describe(option: string, declared: Setting<unknown>): SettingDescription {
  const { env, form, doc, more, secret = false } = declared;
  const fileEnv = secret && env !== undefined ? fileVariable(env) : undefined;
  const value = declared.default === undefined ? undefined : `\`${form.toText(declared.default)}\``;
  return { option, env, fileEnv, doc, more, range: form.range, byDefault: declared.defaultText ?? value };
}
