import { describe, expect, it } from '@jest/globals';
import { connectionShares, openFilesLimit } from './open-files.js';

describe('connections below the limit of open files', () => {
  it('are as many as configured if the limit allows them', () => {
    expect(connectionShares({ main: 10_000, verify: 1000 }, 10, 20_000)).toEqual({
      main: 10_000,
      verify: 1000,
      warning: undefined,
    });
  });

  it.each([
    [1024, { main: 10_000, verify: 0 }, { main: 950, verify: 0 }],
    [1024, { main: 10_000, verify: 300 }, { main: 650, verify: 300 }],
    [1024, { main: 10_000, verify: 1000 }, { main: 475, verify: 475 }],
    [50, { main: 10_000, verify: 1000 }, { main: 1, verify: 1 }],
  ])('of %d are fewer, and the operator is told how to raise it', (openFiles, wanted, shares) => {
    const { warning, ...rest } = connectionShares(wanted, 10, openFiles);
    expect(rest).toEqual(shares);
    expect(warning).toMatch(
      new RegExp(`may open ${String(openFiles)} files.*instead of 10000.*ulimit -n.*MAX_CONNECTIONS`),
    );
  });

  it('are as many as configured if the limit is unknown', () => {
    expect(connectionShares({ main: 7, verify: 3 }, 10, Infinity)).toMatchObject({ main: 7, verify: 3 });
  });

  it('are compared with the limit of this process', () => {
    if (process.platform === 'linux') expect(openFilesLimit()).toBeGreaterThan(0);
    else expect(openFilesLimit()).toBeUndefined();
  });
});
