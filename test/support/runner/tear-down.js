/** After all suites. */
import './register-hooks.js';

export default async function tearDown() {
  const { endRun } = await import('../run.ts');
  await endRun();
}
