/** After all suites that need servers. */
export default async function tearDown() {
  await globalThis.endRun();
}
