/** Rules of members that class-validator does not have. */
import { ValidateBy } from 'class-validator';
import { parseGoDuration, wrongScopes } from '../../core/index.js';
import { parseRfc3339 } from '../../http/index.js';

const TIME_RULE = 'must be an RFC 3339 date and time such as 2030-01-31T12:00:00Z';
const DURATION_RULE = 'must be a duration such as 720h or 1h30m (units s, m, h)';

const NOTHING = /^0(ns|us|ms|s|m|h)?$/;

/** A moment by RFC 3339. */
export function IsMoment(): PropertyDecorator {
  return rule('isMoment', (value) => typeof value === 'string' && parseRfc3339(value) !== undefined, TIME_RULE);
}

/** A duration as Go writes it. */
export function IsDuration({ mayBeZero = false } = {}): PropertyDecorator {
  const isDuration = (value: unknown): boolean =>
    typeof value === 'string' && (parseGoDuration(value) !== undefined || (mayBeZero && NOTHING.test(value)));
  return rule('isDuration', isDuration, DURATION_RULE);
}

/** Scopes of a token. */
export function AreScopes(): PropertyDecorator {
  return ValidateBy({
    name: 'areScopes',
    validator: {
      validate: (value) => wrongScopes(value) === null,
      defaultMessage: (given) => `${given?.property ?? 'it'} ${String(wrongScopes(given?.value))}`,
    },
  });
}

/** @param text - one that {@link IsDuration} accepts */
export function millisecondsOf(text: string): number {
  return Number((parseGoDuration(text) ?? 0n) / 1_000_000n);
}

/** @param text - one that {@link IsMoment} accepts */
export function momentOf(text: string): Date {
  const moment = parseRfc3339(text);
  if (!moment) throw new Error(`not a moment: ${text}`);
  return moment;
}

function rule(name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator {
  return ValidateBy({
    name,
    validator: { validate, defaultMessage: (given) => `${given?.property ?? 'it'} ${message}` },
  });
}
