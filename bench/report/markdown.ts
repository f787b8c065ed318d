/** A run as Markdown: the table against what must be reached, all medians, how it was made, and profiles. */
import { isReached, type Finding, type Speed } from '../outcome.js';
import type { Profile } from './profile.js';

export interface Report {
  readonly findings: readonly Finding[];
  readonly speeds: readonly Speed[];
  /** Sentences: machine, versions, settings, load of the machine. */
  readonly circumstances: readonly string[];
  readonly profiles: readonly Profile[];
  /** File name of the chart beside it. */
  readonly chart: string;
}

export function markdown({ findings, speeds, circumstances, profiles, chart }: Report): string {
  return [
    '# Figures',
    '',
    'Written by `npm run bench`; see [how it measures](../README.md).',
    '',
    ...circumstances.map((sentence) => `- ${sentence}`),
    '',
    `![The ratios against what must be reached, and the requests a second behind them](${chart})`,
    '',
    '## Against what must be reached',
    '',
    ...findingsTable(findings),
    '',
    'A ratio is the median of the rounds’ ratios. Beside it, where both are servers, is the ratio of the processor',
    'time that they spent themselves on each request: other work on the machine disturbs it less.',
    '',
    ...(speeds.length > 0 ? ['## Medians', '', ...speedsTable(speeds), ''] : []),
    ...profilesSection(profiles),
  ].join('\n');
}

export function findingsTable(findings: readonly Finding[]): string[] {
  return table(
    ['measure', 'against', 'must be', 'is', 'by processor time', 'reached', 'medians'],
    findings.map((finding) => [
      finding.measure,
      finding.against,
      finding.target === null ? '' : `${finding.bound} ${String(finding.target)}`,
      shown(finding.ratio),
      finding.cpuRatio === undefined || Number.isNaN(finding.cpuRatio) ? '' : shown(finding.cpuRatio),
      finding.target === null ? '' : isReached(finding) ? 'yes' : '**no**',
      finding.medians,
    ]),
  );
}

function speedsTable(speeds: readonly Speed[]): string[] {
  return table(
    ['what', 'requests/s', 'p50 ms', 'p99 ms', 'server µs for each'],
    speeds.map(({ name, perSecond, p50, p99, cpuMicros }) => [
      name,
      Math.round(perSecond).toLocaleString('en'),
      p50.toFixed(2),
      p99.toFixed(2),
      Number.isNaN(cpuMicros) ? '' : cpuMicros.toFixed(0),
    ]),
  );
}

function profilesSection(profiles: readonly Profile[]): string[] {
  if (profiles.length === 0) return [];
  const heading = ['## Where the time goes in what was not reached', ''];
  const each = profiles.flatMap(({ title, parts, functions }) => [
    `### ${title}`,
    '',
    ...table(['part', 'share of busy time'], parts.map(percent)),
    '',
    ...table(['function', 'share of busy time'], functions.map(percent)),
    '',
  ]);
  return [...heading, ...each];
}

function percent([name, share]: readonly [string, number]): string[] {
  return [name.replaceAll('|', '\\|'), `${(share * 100).toFixed(1)} %`];
}

function shown(ratio: number): string {
  if (ratio === 0) return '0';
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toPrecision(3);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
