/** What a server should have, as files declare it: reading, comparing, applying, and describing what it has. */
export { StepFailed, carryOut, planOf } from './apply.js';
export { exportState, type ExportOptions } from './export.js';
export {
  USER_ENTRIES,
  SECTIONS,
  faultsOf,
  members,
  placeOf,
  type DeclaredState,
  type Fault,
  type Path,
} from './form.js';
export { partsOf, type Parts } from './parts.js';
export { NOUNS, Plan, type Difference, type Noun, type PlanOptions, type Step } from './plan.js';
export { declarationReading, readDeclaration, type Declaration, type DeclarationReading } from './reading.js';
export { readTokenRow, type TokenReading, type TokenRecord } from './token-records.js';
export { readUserRow } from './user-records.js';
export { readYaml, type ReadYaml } from './yaml-file.js';
