/** Turns untrusted JSON into an instance of an input class, validated by the class-validator rules of the class. */
import { getMetadataStorage, registerDecorator, validateSync, type ValidationError } from 'class-validator';
import { isStorableText } from '../../core/index.js';
import { InputError } from './input-errors.js';
import { InputBy, members } from './request-body.js';

type InputClass<T> = new () => T;

/**
 * Parameter decorator for the JSON body as a validated instance of an input class.
 * @throws BodyError, InputError
 */
export function Input(input: new () => object): ParameterDecorator {
  return InputBy((body) => validated(input, body));
}

/**
 * Parameter decorator like {@link Input}, which refuses members that the class does not declare: a misspelt name would
 * otherwise have no effect, and nobody would notice. An absent body counts as an empty one.
 * @throws BodyError, InputError
 */
export function StrictInput(input: new () => object): ParameterDecorator {
  return InputBy((body) => {
    const known = declaredMembers(input);
    const unknown = Object.keys(members(body)).find((name) => !known.has(name));
    if (unknown === undefined) return validated(input, body);
    const name = JSON.stringify(unknown.slice(0, 40));
    throw new InputError(unknown, `the member ${name} is not known; there are ${[...known].join(', ')}`, false);
  });
}

/**
 * Parameter decorator like {@link Input}, for a body that may be left out: `null` counts as an empty one, too.
 * @throws BodyError, InputError
 */
export function OptionalInput(input: new () => object): ParameterDecorator {
  return InputBy((body) => validated(input, body ?? undefined));
}

/**
 * Takes the declared members of a JSON object and ignores all others; an absent body counts as an empty object.
 * @throws InputError naming the first member, in the order of the class, that breaks a rule
 */
function validated<T extends object>(input: InputClass<T>, body: unknown): T {
  const instance = declaredPart(input, body);
  const [error] = validateSync(instance, { forbidUnknownValues: false, stopAtFirstError: true });
  if (error) throw inputError(error);
  return instance;
}

function declaredPart<T extends object>(input: InputClass<T>, body: unknown): T {
  const given = members(body);
  const instance = new input();
  for (const name of declaredMembers(input)) {
    if (Object.hasOwn(given, name)) (instance as Record<string, unknown>)[name] = given[name];
  }
  return instance;
}

/** By class: class-validator compares the class with all others each time. */
const MEMBERS = new WeakMap<InputClass<object>, ReadonlySet<string>>();

function declaredMembers(input: InputClass<object>): ReadonlySet<string> {
  const known = MEMBERS.get(input);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(input, '', false, false);
  const declared = new Set(rules.map((rule) => rule.propertyName));
  MEMBERS.set(input, declared);
  return declared;
}

function inputError(error: ValidationError): InputError {
  const message = Object.values(error.constraints ?? {})[0] ?? `${error.property} is not valid`;
  return new InputError(error.property, message, error.value === undefined || error.value === null);
}

export interface TextRule {
  /** Minimum number of Unicode code points. Default: 0. */
  min?: number;
  /** Maximum number of Unicode code points. */
  max: number;
  /** The message for a value that is absent or not a string. Default: a general one. */
  whenNoString?: (property: string, value: unknown) => string;
}

/** Decorator: requires storable text of a bounded length. */
export function IsText({ min = 0, max, whenNoString }: TextRule): PropertyDecorator {
  return (target, property) => {
    const name = String(property);
    registerDecorator({
      name: 'isText',
      target: target.constructor,
      propertyName: name,
      validator: {
        validate: (value: unknown) => isStorableText(value, min, max),
        defaultMessage: (rule) =>
          whenNoString && typeof rule?.value !== 'string'
            ? whenNoString(name, rule?.value)
            : describeText(name, rule?.value, min, max),
      },
    });
  };
}

function describeText(name: string, value: unknown, min: number, max: number): string {
  if (value === undefined || value === null) return `${name} is missing`;
  if (typeof value !== 'string') return `${name} must be a string`;
  if (!value.isWellFormed() || value.includes('\0'))
    return `${name} must be well-formed Unicode without NUL characters`;
  return min === 0
    ? `${name} must be at most ${String(max)} characters long`
    : `${name} must be ${String(min)} to ${String(max)} characters long`;
}
