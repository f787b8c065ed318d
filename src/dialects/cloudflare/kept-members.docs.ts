/** Documents the objects that keep and show members of which the server knows nothing. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApplicationInput } from './applications.inputs.js';
import { ApplicationView } from './applications.views.js';
import { OrganizationInput, OrganizationPatchInput } from './organizations.inputs.js';
import { OrganizationView } from './organizations.views.js';
import { AppliedPolicyInput, PolicyInput } from './policies.inputs.js';
import { AppliedPolicyView, ReusablePolicyView } from './policies.views.js';

const OPEN = [
  ApplicationInput,
  ApplicationView,
  AppliedPolicyInput,
  AppliedPolicyView,
  OrganizationInput,
  OrganizationPatchInput,
  OrganizationView,
  PolicyInput,
  ReusablePolicyView,
];

/** A copy in which the schemas of these objects allow other members. */
export function withKeptMembers(document: OpenAPIObject): OpenAPIObject {
  const copy = structuredClone(document);
  const schemas: Record<string, object> = copy.components?.schemas ?? {};
  for (const { name } of OPEN) Object.assign(schemas[name] ?? {}, { additionalProperties: true });
  return copy;
}
