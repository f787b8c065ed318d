/** Before all suites. */
import './register-hooks.js';

export default async function setUp() {
  const { startRun } = await import('../run.ts');
  await startRun();
}
