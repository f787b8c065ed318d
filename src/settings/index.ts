/** The lowest room: how settings are declared, read from the environment, checked when given in code, and described. */
export { describeSettings, type SettingDescription } from './description.js';
export { readEnvironment, type Environment } from './environment.js';
export { HOST_FORM, choice, flag, integer, text, type Form } from './form.js';
export { OptionsError, checkOptions } from './options.js';
export {
  defaultsOf,
  setting,
  settingsTable,
  withGroup,
  type Options,
  type Setting,
  type SettingsTable,
  type Values,
} from './setting.js';
export { unknownVariableWarning, unknownVariables, type UnknownVariable } from './unknown-variables.js';
