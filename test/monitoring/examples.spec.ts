/** The dashboard and the rules for alerts ask for nothing that the server does not show. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CleanupJob } from '../../src/identity/index.js';
import { withBinary } from '../support/binaries.js';
import { send } from '../support/http.js';
import { ADMIN, startServer } from '../support/test-server.js';
import { Samples } from './samples.js';

const FOLDER = path.resolve(import.meta.dirname, '../../examples/monitoring');
const FILES = ['alerts.yml', 'grafana-dashboard.json'];

const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8').replaceAll('\\"', '"');

const NAME = /\b(?:latchkey|nodejs|process)_[a-z0-9_]+/g;

/** A metric and the labels that it is selected by. */
const SELECTED = /\b((?:latchkey|nodejs|process)_[a-z0-9_]+)\{([^}]*)\}/g;

/** Labels that Prometheus adds. */
const OF_PROMETHEUS = new Set(['instance', 'job']);

describe('the examples for monitoring', () => {
  let samples: Samples;

  beforeAll(async () => {
    // PostgreSQL has all that SQLite has, and the relay.
    const server = await startServer('postgres');
    const login = JSON.stringify({ email: ADMIN.email, password: 'wrong' });
    await send(server.baseUrl, 'POST', '/api/v1/users/login', { body: login });
    await send(server.baseUrl, 'GET', '/verify', { headers: { 'Private-Token': ADMIN.token } });
    await server.app.get(CleanupJob).run();
    samples = await Samples.of(server);
    await server.close();
  });

  const exists = (name: string): boolean =>
    samples.metrics.has(name) || samples.metrics.has(name.replace(/_(bucket|sum|count)$/, ''));

  it.each(FILES)('%s names metrics that there are', (file) => {
    const names = [...new Set(read(file).match(NAME))];
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !exists(name))).toEqual([]);
  });

  it.each(FILES)('%s selects by labels that they have', (file) => {
    const wrong: string[] = [];
    let compared = 0;
    for (const [selected, name = '', selector = ''] of read(file).matchAll(SELECTED)) {
      const [series] = samples.series(name);
      if (series === undefined) continue;
      compared += 1;
      const labels = [...selector.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
      if (labels.some((label) => !OF_PROMETHEUS.has(label) && !series.includes(`${label}="`))) wrong.push(selected);
    }
    expect(compared).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('the dashboard has panels that do not overlap, each with a query', () => {
    interface Panel {
      readonly type: string;
      readonly title: string;
      readonly gridPos: Readonly<Record<'h' | 'w' | 'x' | 'y', number>>;
      readonly targets?: readonly { expr: string }[];
    }
    const { panels } = JSON.parse(readFileSync(path.join(FOLDER, 'grafana-dashboard.json'), 'utf8')) as {
      panels: Panel[];
    };
    const taken = new Set<string>();
    for (const {
      type,
      title,
      targets = [],
      gridPos: { h, w, x, y },
    } of panels) {
      expect([title, type === 'row' || targets.length > 0]).toEqual([title, true]);
      for (let row = y; row < y + h; row += 1) {
        for (let column = x; column < x + w; column += 1) {
          const cell = `${String(column)},${String(row)}`;
          expect([title, taken.has(cell)]).toEqual([title, false]);
          taken.add(cell);
        }
      }
    }
  });
});

withBinary(
  'promtool',
  (promtool) => {
    it.each([
      ['rules', 'alerts.yml'],
      ['config', 'prometheus.yml'],
    ])('Prometheus accepts the %s', (what, file) => {
      const { status, stderr } = spawnSync(promtool, ['check', what, path.join(FOLDER, file)], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    });
  },
  'prometheus',
);
