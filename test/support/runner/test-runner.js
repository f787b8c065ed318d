/**
 * Jest's own test runner, but Node loads the modules: libraries and the code under test once for each worker, where
 * Jest would load them again for each of a hundred suites. A suite and its support are loaded anew each time.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { sourceMaps } from './register-hooks.js';

const require = createRequire(import.meta.url);

/** What `jest.retryTimes` and `jest.setTimeout` leave in the world of a suite, for Jest's runner to find. */
const WISHES = [
  'RETRY_TIMES',
  'RETRY_IMMEDIATELY',
  'LOG_ERRORS_BEFORE_RETRY',
  'WAIT_BEFORE_RETRY',
  'TEST_TIMEOUT_SYMBOL',
].map((name) => Symbol.for(name));

let suites = 0;

/** What Jest calls for each suite. */
export default function runSuite(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  suites += 1;
  const watching = globalConfig.watch || globalConfig.watchAll;
  // Who watches changes the code under test, and wants to see that.
  const query = `?suite=${suites}${watching ? '&alone' : ''}`;
  // Where Jest looks for the lines to show for a failure.
  runtime.getSourceMaps().get = (url) => sourceMaps.get(url);
  passOn(environment.global);
  const native = Object.assign(Object.create(runtime), {
    /** The parts of Jest that hold the state of one suite. */
    requireInternalModule(path) {
      Reflect.deleteProperty(require.cache, path);
      return require(path);
    },
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule(path) {
      Object.assign(globalThis, runtime.requireModuleOrMock(testPath, '@jest/globals'));
      return import(pathToFileURL(path).href + query);
    },
  });
  return circus.default(globalConfig, config, environment, native, testPath, sendMessageToJest);
}

/** The runner is in the world of the worker, not in that of the suite. */
function passOn(suite) {
  for (const wish of WISHES) {
    globalThis[wish] = undefined;
    Object.defineProperty(suite, wish, {
      configurable: true,
      get: () => globalThis[wish],
      set: (value) => {
        globalThis[wish] = value;
      },
    });
  }
}
