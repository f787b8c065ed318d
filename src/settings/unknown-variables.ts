/** Finds environment variables that look like misspelt settings. */
import { editDistance } from './edit-distance.js';
import type { Environment } from './environment.js';
import { fileVariable } from './secret-file.js';
import { settingsOf, type Setting, type SettingsTable } from './setting.js';

/** A variable that is probably meant for Latchkey but does not belong to any setting. */
export interface UnknownVariable {
  readonly name: string;
  /** The settings that may have been meant. */
  readonly candidates: readonly string[];
}

/** Many programs prefix their settings with their own name, so people may expect it here. */
const OWN_PREFIX = 'LATCHKEY_';

/** Short names resemble too many others: only swapped letters count as a mistake. */
const SHORT = 5;

/** With more mistakes, it is another word. */
const ENOUGH = 2;

/**
 * Variables that resemble a setting that is not set, or have a prefix that only our settings have. This is a guess,
 * because the environment also contains the variables of other programs.
 */
export function unknownVariables(env: Environment, tables: readonly SettingsTable[]): UnknownVariable[] {
  const known = tables.flatMap(settingsOf).flatMap(namesOf);
  const absent = known.filter((name) => !env[name]);
  const prefixes = [OWN_PREFIX, ...tables.flatMap((table) => table.prefixes)];
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (value === '' || known.includes(name) || isForeign(name, value)) return [];
    const prefix = prefixes.find((beginning) => name.startsWith(beginning));
    const bare = name.toUpperCase().replace(OWN_PREFIX, '');
    const misspelt = nearest(bare, prefix === undefined ? absent : known);
    if (misspelt !== undefined) return [{ name, candidates: [misspelt] }];
    return prefix === undefined ? [] : [{ name, candidates: known.filter((setting) => setting.startsWith(prefix)) }];
  });
}

function namesOf({ env, secret }: Setting<unknown>): string[] {
  if (env === undefined) return [];
  return secret ? [env, fileVariable(env)] : [env];
}

/** A warning about such a variable, in one line. */
export function unknownVariableWarning({ name, candidates }: UnknownVariable): string {
  const oneOf = candidates.length > 1 ? 'one of ' : '';
  const advice = candidates.length > 0 ? `did you mean ${oneOf}${candidates.join(', ')}?` : 'see latchkey --help';
  return `${name} is ignored: Latchkey has no setting of that name; ${advice}`;
}

/** npm's and OpenSSL's own, and what Kubernetes and Docker say of a service that is called "latchkey" or like a dialect. */
function isForeign(name: string, value: string): boolean {
  const isServiceLink = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)/.test(name);
  return isServiceLink || /^(tcp|udp|sctp):\/\//.test(value) || /^(npm|SSL)_/.test(name);
}

function allowedDistance(setting: string, name: string): number {
  if (setting.length > SHORT) return ENOUGH;
  const letters = (text: string): string => Array.from(text).sort().join('');
  return letters(setting) === letters(name) ? 1 : 0;
}

/** The setting that is most similar to a name, if any is similar enough. */
function nearest(name: string, settings: readonly string[]): string | undefined {
  const [best] = settings
    .filter((setting) => Math.abs(setting.length - name.length) <= ENOUGH)
    .map((setting) => ({ setting, distance: editDistance(name, setting) }))
    .filter(({ setting, distance }) => distance <= allowedDistance(setting, name))
    .sort((one, other) => one.distance - other.distance);
  return best?.setting;
}
