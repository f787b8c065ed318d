/** What tests of applications that use Latchkey start: a whole server in memory. */
export { admitAs, type CallerForTest } from './admit-as.js';
export type { Seeded, SeededAccount, SeededUser } from './apply-seed.js';
export type { Fault } from './faults.js';
export type { IssuedForTest, TokenForTest } from './issue.js';
export { SeedError, checkedSeed, type Seed } from './seed.js';
export { startLatchkey, type Latchkey, type StartOptions } from './start.js';
export { TestClock, type ClockMode } from './test-clock.js';
export type { LedgerEntry } from './traffic.js';
