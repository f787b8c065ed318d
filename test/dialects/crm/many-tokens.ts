/** More access tokens than requests could create in a reasonable time. */
import { randomUUID } from 'node:crypto';
import { AccessToken as Entity } from '../../../src/dialects/crm/index.js';
import type { TestServer } from '../../support/test-server.js';

const BATCH = 500;

/**
 * Adds access tokens without pass codes to an organisation that has none of these numbers; every other one is
 * effective.
 * @returns their ids, in the order of their numbers
 */
export async function addTokens(
  { dataSource, clock }: TestServer,
  accountId: string,
  count: number,
  firstNumber = 1,
): Promise<string[]> {
  const now = clock.now();
  const ids: string[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => {
      const number = firstNumber + from + at;
      return {
        id: randomUUID(),
        kind: 'access_token',
        handle: `added-${String(number)}`,
        handleScope: accountId,
        secretVersion: 1,
        label: '',
        accountId,
        enabled: at % 2 === 0,
        createdAt: now,
        updatedAt: now,
        number,
        identifier: `added-${String(number)}`,
      };
    });
    await dataSource.createQueryBuilder().insert().into(Entity).values(rows).updateEntity(false).execute();
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}
