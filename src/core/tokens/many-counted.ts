/** Adds many new tokens to the counts of their accounts. */
import type { EntityManager } from 'typeorm';
import { inParts } from '../database/many-rows.js';
import { dataSourceOf } from '../database/row-mapper.js';
import type { Token } from './token.entity.js';
import { countText } from './token.service.js';

/** The columns of a part of a count, and what is added to it. */
type Part = [accountId: string, kind: string, part: number, tokens: number];

/** Tokens of users are not counted. */
export async function countTokens(manager: EntityManager, tokens: readonly Token[]): Promise<void> {
  const parts = new Map<string, Part>();
  for (const { id, kind, accountId, userId } of tokens) {
    if (accountId === null || userId !== null) continue;
    const digit = id.slice(-1);
    const part = parts.get(`${accountId} ${kind} ${digit}`) ?? [accountId, kind, Number.parseInt(digit, 16), 0];
    parts.set(`${accountId} ${kind} ${digit}`, part);
    part[3] += 1;
  }
  // In order, so that two who count the same parts wait for each other and do not deadlock.
  const sorted = [...parts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, part]) => part);
  for (const some of inParts(sorted)) {
    await manager.query(countText(dataSourceOf(manager), some.length), some.flat());
  }
}
