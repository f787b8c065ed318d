/** Shows plans and faults: as text, and as JSON. */
import { NOUNS, placeOf, type Difference, type Fault, type Plan, type Step } from '../../declared/index.js';
import { shown } from '../rows.js';

/** How many differences that stay are shown as text; JSON has all. */
const KEPT_SHOWN = 20;

const SIGNS = { create: '+', change: '~', delete: '-', keep: '!' } as const;

/** The steps, one on each line. */
export function planLines({ steps }: Plan): string {
  const kept = steps.filter(({ action }) => action === 'keep');
  const lines = [...steps.filter(({ action }) => action !== 'keep'), ...kept.slice(0, KEPT_SHOWN)].map(
    (step) => `${SIGNS[step.action]} ${step.noun} ${shown(step.name)}${detailsOf(step)}\n`,
  );
  const more = kept.length - KEPT_SHOWN;
  return lines.join('') + (more > 0 ? `! and ${String(more)} more that stay as they are (--json shows all)\n` : '');
}

function detailsOf({ action, differences, note }: Step): string {
  if (note !== undefined) return ` ${note}`;
  if (differences.length === 0) return '';
  const isNew = action === 'create';
  return `: ${differences.map((each) => (isNew ? `${each.field} ${valueOf(each.to)}` : changeOf(each))).join(', ')}`;
}

function changeOf({ field, ...values }: Difference): string {
  return 'to' in values ? `${field} ${valueOf(values.from)} -> ${valueOf(values.to)}` : field;
}

function valueOf(value: unknown): string {
  const text = shown(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** How many of each there are. */
export function planSummary({ steps, unchanged }: Plan, isDone: boolean): string {
  const count = (action: Step['action']): string => String(steps.filter((step) => step.action === action).length);
  const same = NOUNS.reduce((sum, noun) => sum + unchanged[noun], 0);
  const [created, changed, deleted] = isDone
    ? ['created', 'changed', 'deleted']
    : ['to create', 'to change', 'to delete'];
  return (
    `${count('create')} ${created}, ${count('change')} ${changed}, ${count('delete')} ${deleted}, ` +
    `${String(same)} as declared; ${count('keep')} differences stay\n`
  );
}

/** @param isDone - whether it was carried out */
export function planValue(plan: Plan, isDone: boolean): object {
  const steps = plan.steps.map(({ action, noun, name, differences, note }) => ({
    action,
    noun,
    name,
    differences,
    ...(note !== undefined && { note }),
  }));
  return { changed: isDone && plan.hasChanges, refusal: null, steps, unchanged: plan.unchanged };
}

/** A fault, and the line of the file on which it stands. */
export interface PlacedFault {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** @param lineOf - the line of a part of the file */
export function placed(file: string, faults: readonly Fault[], lineOf: (path: Fault['path']) => number): PlacedFault[] {
  return faults
    .map(({ path, reason }) => ({
      file,
      line: lineOf(path),
      reason: `${path.length === 0 ? 'the file' : placeOf(path)} ${reason}`,
    }))
    .sort((one, other) => one.line - other.line);
}

/** Names file, line and reason of each. */
export function faultLines(faults: readonly PlacedFault[]): string {
  return faults.map(({ file, line, reason }) => `${shown(file)}:${String(line)}: refused: ${shown(reason)}\n`).join('');
}
