/** Ends the PostgreSQL that the run started. */
export default async function stopPostgres(): Promise<void> {
  await (globalThis as { stopLatchkeyPostgres?: () => Promise<void> }).stopLatchkeyPostgres?.();
}
