import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { InstanceReaper } from './instance-reaper.js';
import { InstanceRegistry } from './instance-registry.js';
import type { Instance } from './instance.entity.js';
import { MARGIN_MS } from './lease.js';

const TRUST_MS = 1000;

/** The table of instances without a database. */
class Table extends InstanceRegistry {
  rows: Instance[] = [];

  constructor() {
    super({} as DataSource);
  }

  override all = (): Promise<Instance[]> => Promise.resolve(this.rows.map((row) => ({ ...row })));

  override fence = (ids: readonly string[]): Promise<void> => {
    for (const row of this.rows) if (ids.includes(row.id)) row.fenced = true;
    return Promise.resolve();
  };

  override remove = (ids: readonly string[]): Promise<void> => {
    this.rows = this.rows.filter(({ id }) => !ids.includes(id));
    return Promise.resolve();
  };
}

describe('InstanceReaper', () => {
  let table: Table;
  let reaper: InstanceReaper;

  beforeEach(() => {
    jest.useFakeTimers();
    table = new Table();
    reaper = new InstanceReaper(table);
    table.rows = [
      { id: 'own', renewals: 1, fenced: false, trustMs: TRUST_MS },
      { id: 'silent', renewals: 1, fenced: false, trustMs: TRUST_MS },
      { id: 'living', renewals: 1, fenced: false, trustMs: TRUST_MS },
    ];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Sweeps after this time, in which the living instance has renewed its lease. @returns the rows after the sweep */
  async function sweptAfter(milliseconds: number): Promise<string[]> {
    await jest.advanceTimersByTimeAsync(milliseconds);
    for (const row of table.rows) if (row.id === 'living') row.renewals += 1;
    reaper.sweep('own');
    await jest.advanceTimersByTimeAsync(0);
    return table.rows.map(({ id, fenced }) => (fenced ? `${id} fenced` : id));
  }

  it('fences an instance that does not renew its lease in time, and removes it one lease later', async () => {
    const lease = TRUST_MS + MARGIN_MS;
    expect(await sweptAfter(0)).toEqual(['own', 'silent', 'living']);
    expect(await sweptAfter(lease)).toEqual(['own', 'silent', 'living']);
    expect(await sweptAfter(1)).toEqual(['own', 'silent fenced', 'living']);
    expect(await sweptAfter(1)).toEqual(['own', 'silent fenced', 'living']);
    expect(await sweptAfter(lease)).toEqual(['own', 'silent fenced', 'living']);
    expect(await sweptAfter(1)).toEqual(['own', 'living']);
    expect(await sweptAfter(10 * lease)).toEqual(['own', 'living']);
  });
});
