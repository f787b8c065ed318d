/** The lowest room: declares settings, reads them from the environment, checks options given in code, and describes them. */
export { describeSettings, type SettingDescription } from './description.js';
export { readEnvironment, settingsInForce, type Environment, type SettingInForce } from './environment.js';
export { HOST_FORM, choice, flag, integer, text, type Form } from './form.js';
export { OptionsError, checkOptions } from './options.js';
export {
  defaultsOf,
  setting,
  settingsTable,
  withGroup,
  type Options,
  type Setting,
  type SettingsRule,
  type SettingsTable,
  type Values,
} from './setting.js';
export { unknownVariableWarning, unknownVariables, type UnknownVariable } from './unknown-variables.js';
