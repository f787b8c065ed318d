/** Health checks: when they run, and how failures are reported. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { HealthChecks, type HealthCheck } from './health-checks.js';

/** Longer than a result is cached. */
const KEPT_MS = 1050;

describe('health checks', () => {
  let checks: HealthChecks;

  beforeEach(() => {
    checks = new HealthChecks();
  });

  /** Returns these in turn, then always the last one, and counts its calls. */
  const answering = (name: string, ...answers: (string | null)[]): HealthCheck & { asked: number } => {
    const check = {
      name,
      asked: 0,
      check: () => {
        check.asked += 1;
        return Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) ?? null);
      },
    };
    return check;
  };

  it('report no failure without checks, and if all pass', async () => {
    expect(await checks.failures()).toEqual([]);
    checks.register(answering('the disk', null));
    expect(await checks.failures()).toEqual([]);
  });

  it('give the reason of each that fails, in the order of their registration', async () => {
    checks.register({ name: 'slow', check: () => delay(30, 'slow is wrong') });
    checks.register(answering('fine', null));
    checks.register(answering('quick', 'quick is wrong'));
    expect(await checks.failures()).toEqual([
      { name: 'slow', reason: 'slow is wrong' },
      { name: 'quick', reason: 'quick is wrong' },
    ]);
  });

  it('do not show what a check threw, as anyone may read the answer', async () => {
    checks.register({ name: 'the disk', check: () => Promise.reject(new Error('EACCES /home/operator')) });
    expect(await checks.failures()).toEqual([{ name: 'the disk', reason: 'the disk cannot be checked' }]);
  });

  it('run once for simultaneous callers, and again when the result is a second old', async () => {
    const check = answering('the disk', null, 'the disk is full');
    checks.register(check);
    const answers = await Promise.all(Array.from({ length: 20 }, () => checks.failures()));
    expect([check.asked, answers.flat()]).toEqual([1, []]);
    expect(await checks.failures()).toEqual([]);
    await delay(KEPT_MS);
    expect(await checks.failures()).toHaveLength(1);
    expect(check.asked).toBe(2);
  });

  it('run once while one of them is slow', async () => {
    const quick = answering('quick', null);
    checks.register(quick);
    checks.register({ name: 'slow', check: () => delay(60, null) });
    const first = checks.failures();
    await delay(20);
    await Promise.all([first, checks.failures()]);
    expect(quick.asked).toBe(1);
  });

  it('fail at their time limit, and one that hangs is not started again', async () => {
    let [asked, finish]: [number, (reason: null) => void] = [0, () => undefined];
    const check = (): Promise<null> => {
      asked += 1;
      return new Promise((resolve) => (finish = resolve));
    };
    checks.register({ name: 'the disk', check, timeLimitMs: 20 });
    const hanging = [{ name: 'the disk', reason: 'the disk does not answer' }];
    const began = performance.now();
    expect(await checks.failures()).toEqual(hanging);
    expect(performance.now() - began).toBeLessThan(900);
    await delay(KEPT_MS);
    expect(await checks.failures()).toEqual(hanging);
    expect(asked).toBe(1);
    finish(null);
    await delay(KEPT_MS);
    const recovered = checks.failures();
    finish(null);
    expect(await recovered).toEqual([]);
    expect(asked).toBe(2);
  });

  it('have one time limit together with what they require, and name the problem themselves if they are late', async () => {
    checks.register({ name: 'the disk', check: () => delay(60, null), timeLimitMs: 100 });
    const late = (): string => 'the disk is slow';
    checks.register({ name: 'the folder', requires: 'the disk', timeLimitMs: 100, check: () => delay(80, null), late });
    expect(await checks.failures()).toEqual([{ name: 'the folder', reason: 'the disk is slow' }]);
  });

  it('count a check from its registration on, even if a round is under way without it', async () => {
    checks.register({ name: 'slow', check: () => delay(30, null) });
    const earlier = checks.failures();
    checks.register(answering('the disk', 'the disk is full'));
    await earlier;
    expect(await checks.failures()).toEqual([{ name: 'the disk', reason: 'the disk is full' }]);
  });

  it('skip checks that require a failed one, directly or indirectly', async () => {
    const [ground, house, roof] = [answering('ground', 'no ground'), answering('house', 'no house'), answering('roof')];
    checks.register(ground);
    checks.register({ ...house, requires: 'ground' });
    checks.register({ ...roof, requires: 'house' });
    expect(await checks.failures()).toEqual([{ name: 'ground', reason: 'no ground' }]);
    expect([house.asked, roof.asked]).toEqual([0, 0]);
  });

  it('run checks that require one that passes', async () => {
    checks.register(answering('ground', null));
    checks.register({ ...answering('house', 'no house'), requires: 'ground' });
    expect(await checks.failures()).toEqual([{ name: 'house', reason: 'no house' }]);
  });

  it('must have unique names, and may only require registered ones', () => {
    checks.register(answering('the disk'));
    expect(() => checks.register(answering('the disk'))).toThrow(/already/);
    expect(() => checks.register({ ...answering('other'), requires: 'later' })).toThrow(/requires "later"/);
  });

  it('can be removed', async () => {
    const remove = checks.register(answering('the disk', 'the disk is full'));
    expect(await checks.failures()).toHaveLength(1);
    remove();
    expect(await checks.failures()).toEqual([]);
    checks.register(answering('the disk', 'it is full again'));
    expect(await checks.failures()).toHaveLength(1);
  });
});
