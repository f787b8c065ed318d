/** Before all suites that need servers. */
import { tsImport } from 'tsx/esm/api';

export default async function setUp() {
  const { startRun } = await tsImport('./run.ts', import.meta.url);
  globalThis.endRun = await startRun();
}
