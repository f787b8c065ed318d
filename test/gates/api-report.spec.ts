import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { REPORT, apiReport, type ApiReport } from '../../tools/api-report.js';

describe('what the package exports', () => {
  let report: ApiReport;

  beforeAll(() => {
    report = apiReport();
  });

  it('changes only on purpose: run "npm run api-report" and look at the difference', () => {
    expect(report.text).toBe(readFileSync(REPORT, 'utf8'));
  });

  it('is documented, every name', () => {
    expect(report.text).toContain('LatchkeyModule');
    expect(report.undocumented).toEqual([]);
  });
});
