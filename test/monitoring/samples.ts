/** Reads Prometheus' text format. */
import { send, type Reply } from '../support/http.js';
import { ADMIN, type TestServer } from '../support/test-server.js';

export function metricsOf({ baseUrl }: Pick<TestServer, 'baseUrl'>): Promise<Reply> {
  return send(baseUrl, 'GET', '/metrics', { headers: { Authorization: `Bearer ${ADMIN.token}` } });
}

const SAMPLE = /^([a-z_:A-Z0-9]+)(?:\{(.*)\})? (\S+)$/;

/** The samples of an answer, by name and labels in the order of the text: `name{a="b"}`. */
export class Samples {
  private readonly values = new Map<string, number>();
  /** Names of all series. */
  readonly names = new Set<string>();
  /** Names of all metrics, as `# TYPE` has them. */
  readonly metrics = new Set<string>();

  constructor(readonly text: string) {
    for (const line of text.split('\n')) {
      const [, metric] = /^# TYPE (\S+) /.exec(line) ?? [];
      if (metric !== undefined) this.metrics.add(metric);
      if (line === '' || line.startsWith('#')) continue;
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a sample: ${line}`);
      this.names.add(name);
      this.values.set(labels === '' ? name : `${name}{${labels}}`, Number(value));
    }
  }

  static async of(server: Pick<TestServer, 'baseUrl'>): Promise<Samples> {
    const reply = await metricsOf(server);
    if (reply.status !== 200) throw new Error(`${String(reply.status)} ${reply.text}`);
    return new Samples(reply.text);
  }

  /** The sum of the series that have these labels among theirs. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const found = [...this.values].filter(
      ([series]) => (series === name || series.startsWith(`${name}{`)) && wanted.every((each) => series.includes(each)),
    );
    return found.reduce((sum, [, value]) => sum + value, 0);
  }

  /** Series of a metric. */
  series(name: string): string[] {
    return [...this.values.keys()].filter((series) => series === name || series.startsWith(`${name}{`));
  }
}
