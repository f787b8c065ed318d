/** What a run measures, and how thoroughly. */
import { parseArgs } from 'node:util';

export const MEASURES = ['verify', 'verify-app', 'in-process', 'issue', 'scale', 'writes'] as const;
export type MeasureName = (typeof MEASURES)[number];

export interface Options {
  readonly measures: readonly MeasureName[];
  /** Times that each contestant takes its turn. */
  readonly rounds: number;
  /** Length of a turn. */
  readonly seconds: number;
  readonly connections: number;
  /** Service tokens in the small and the large database; as many as in the small one have secrets that are known. */
  readonly tokens: { readonly small: number; readonly large: number };
  /** Whether the results replace `results/latest.md`. */
  readonly publish: boolean;
}

export const USAGE = `npm run bench -- [--quick] [--only ${MEASURES.join(',')}] [--rounds N] [--seconds N] [--publish]

  --quick      three short rounds and a large database of 100,000 tokens: for a first look
  --only       some of the measures, with commas
  --rounds     turns of each contestant, 9 unless given
  --seconds    length of a turn, 4 unless given
  --publish    write results/latest.md and .svg also after a run that was quick or had only some of the measures
`;

/** @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      publish: { type: 'boolean', default: false },
    },
  });
  const { quick, only } = values;
  return {
    measures: only === undefined ? MEASURES : only.split(',').map(measure),
    rounds: number(values.rounds, quick ? 3 : 9, 1, 50),
    seconds: number(values.seconds, quick ? 2 : 4, 1, 60),
    connections: 32,
    tokens: { small: 10_000, large: quick ? 100_000 : 1_000_000 },
    publish: values.publish || (!quick && only === undefined),
  };
}

function measure(name: string): MeasureName {
  const known = MEASURES.find((each) => each === name);
  if (!known) throw new Error(`there is no measure ${name}; there are ${MEASURES.join(', ')}`);
  return known;
}

function number(text: string | undefined, otherwise: number, min: number, max: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${text ?? ''} is no whole number from ${String(min)} to ${String(max)}`);
}
