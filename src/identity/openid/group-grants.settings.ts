/** How a setting says what groups at an OpenID provider give. */
import * as v from 'valibot';
import type { Form } from '../../settings/index.js';
import { isGrant, type GroupGrants } from './group-rights.js';

const NAME_MAX = 255;

const grant = v.pipe(v.string(), v.check(isGrant));

const grants = v.pipe(
  v.record(v.string(), v.union([grant, v.pipe(v.array(grant), v.minLength(1))])),
  v.check((groups) => Object.keys(groups).length > 0),
  v.check((groups) => Object.keys(groups).every((name) => name !== '' && name.length <= NAME_MAX)),
  v.transform((groups): GroupGrants => {
    return Object.fromEntries(Object.entries(groups).map(([name, given]) => [name, [given].flat()]));
  }),
);

const GIVEN = '"user", "administrator", "<account id>:administrator" or "<account id>:read_only", or an array of these';

/** Names of groups with what they give. */
export const GROUP_GRANTS_FORM: Form<GroupGrants> = {
  value: grants,
  text: v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return JSON.parse(dataset.value) as unknown;
      } catch {
        addIssue();
        return NEVER;
      }
    }),
    grants,
  ),
  expected: `an object that has for each group ${GIVEN}`,
  expectedText: `a JSON object that has for each group ${GIVEN}, for example {"admins":"administrator","staff":"user"}`,
  toText: (value) => JSON.stringify(value),
};
