/** Documents the settings of accounts, which other parts of the server bring: known only once there is an application. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { getSchemaPath } from '../../internals/index.js';
import type { AccountSetting } from '../../identity/index.js';
import { AccountPatchInput } from './cloudflare.inputs.js';
import { AccountSettingsView } from './cloudflare.views.js';

type Members = Record<string, Record<string, unknown>>;

/** A member that the settings of an account always have. */
const OWN_MEMBER = 'enforce_twofactor';

/** A copy that has these settings in its schemas and examples. */
export function withAccountSettings(document: OpenAPIObject, settings: readonly AccountSetting[]): OpenAPIObject {
  const copy = structuredClone(document);
  const { schemas = {} } = copy.components ?? {};
  const view = schemas[AccountSettingsView.name] as { properties: Members; required: string[] };
  const input = schemas[AccountPatchInput.name] as { properties: Members };
  for (const { name, default: example, documentation } of settings) {
    view.properties[name] = {
      ...documentation.schema,
      example,
      description: 'Specific to this server: see the update.',
    };
    view.required.splice(-1, 0, name);
  }
  const described = settings.map(({ name, documentation }) => `\`${name}\`: ${documentation.description}.`);
  Object.assign(input.properties.settings ?? {}, {
    description: [...described, 'Other settings are ignored.'].join(' '),
    example: Object.fromEntries(settings.map(({ name, documentation }) => [name, documentation.example])),
  });
  const paths = withDefaults(copy.paths, settings) as OpenAPIObject['paths'];
  for (const { put } of Object.values(paths)) {
    const body = put?.requestBody;
    const { schema, examples } = (body && 'content' in body ? body.content['application/json'] : undefined) ?? {};
    if (!examples || !schema || !('$ref' in schema) || schema.$ref !== getSchemaPath(AccountPatchInput)) continue;
    for (const { name, documentation } of settings) {
      examples[documentation.exampleTitle] = { value: { settings: { [name]: documentation.example } } };
    }
  }
  return { ...copy, paths };
}

/** Examples of an account with what these settings are by default. */
function withDefaults(value: unknown, settings: readonly AccountSetting[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withDefaults(each, settings));
  const own = Object.entries(value).map(([key, member]): [string, unknown] => [key, withDefaults(member, settings)]);
  if (!(OWN_MEMBER in value)) return Object.fromEntries(own);
  const others = settings.map(({ name, default: byDefault }): [string, unknown] => [name, byDefault]);
  return Object.fromEntries([...own.slice(0, -1), ...others, ...own.slice(-1)]);
}
