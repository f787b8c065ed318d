/**
 * The environment of Jest for Node, in an ordinary context. In that of Jest, each use of a global (`Promise`, `Object`,
 * `Array`) asks a proxy, in all code under test and all libraries, and that use takes 40 times as long.
 */
import { constants, createContext, runInContext } from 'node:vm';
import { ModernFakeTimers } from '@jest/fake-timers';
import { TestEnvironment } from 'jest-environment-node';
import { ModuleMocker } from 'jest-mock';

/** Of the outer context, as Jest has them: what Node returns is made of these. */
const SHARED = new Set(['Buffer', 'ArrayBuffer', 'Uint8Array']);

export default class OrdinaryEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const given = this.global;
    this.context = createContext(constants.DONT_CONTEXTIFY);
    this.global = runInContext('globalThis', this.context);
    takeOver(given, this.global);
    this.moduleMocker = new ModuleMocker(this.global);
    this.fakeTimersModern = new ModernFakeTimers({ config: config.projectConfig, global: this.global });
  }
}

/** What Node and Jest add to the globals of the language. */
function takeOver(given, global) {
  for (const name of Reflect.ownKeys(given)) {
    if (Object.hasOwn(global, name) && !SHARED.has(name)) continue;
    const { get, enumerable, ...descriptor } = Object.getOwnPropertyDescriptor(given, name);
    Object.defineProperty(
      global,
      name,
      get ? loadedOnce(global, name, get, enumerable) : { ...descriptor, enumerable },
    );
  }
  global.global = global;
  for (const name of Object.getOwnPropertyNames(given.Symbol)) {
    if (!Object.hasOwn(global.Symbol, name)) global.Symbol[name] = given.Symbol[name];
  }
  global.Error.stackTraceLimit = given.Error.stackTraceLimit;
}

/** Node loads some, as `fetch`, when they are first used. */
function loadedOnce(global, name, get, enumerable) {
  const replace = (value) => {
    Object.defineProperty(global, name, { value, enumerable, configurable: true, writable: true });
  };
  return {
    get() {
      const value = get();
      replace(value);
      return value;
    },
    set: replace,
    enumerable,
    configurable: true,
  };
}
