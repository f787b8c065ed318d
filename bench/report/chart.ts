/** A chart as SVG: bars on a logarithmic scale, and a line where the target is. */

export interface Bar {
  readonly label: string;
  /** Above 0. */
  readonly value: number;
  /** What stands at the end of the bar. */
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'plain';
}

export interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Where a line is drawn across all bars, and what stands above it. */
  readonly line?: { readonly value: number; readonly text: string };
}

const WIDTH = 1080;
const LABELS = 430;
const TEXTS = 190;
const ROW = 24;
const HEAD = 52;

const TONES = { good: '#2e7d32', bad: '#c62828', plain: '#3f6ea5' } as const;

/** Panels one below the other. */
export function chart(panels: readonly Panel[]): string {
  const heights = panels.map(({ bars }) => HEAD + bars.length * ROW + 16);
  const height = heights.reduce((sum, each) => sum + each, 12);
  const drawn = panels.map((panel, at) =>
    drawPanel(
      panel,
      heights.slice(0, at).reduce((sum, each) => sum + each, 12),
    ),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" font-family="sans-serif" font-size="13">`,
    `<rect width="${String(WIDTH)}" height="${String(height)}" fill="#ffffff"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, bars, line }: Panel, top: number): string {
  const values = [...bars.map(({ value }) => value), ...(line ? [line.value] : [])].filter(Number.isFinite);
  const low = Math.log(Math.min(...values) / 1.6);
  const high = Math.log(Math.max(...values));
  const span = WIDTH - LABELS - TEXTS;
  const length = (value: number): number => ((Math.log(value) - low) / (high - low)) * span;
  const rows = bars.map(({ label, value, text, tone }, at) => {
    const y = top + HEAD + at * ROW;
    const end = LABELS + (Number.isFinite(value) ? length(value) : 0);
    return [
      `<text x="${String(LABELS - 10)}" y="${String(y + 15)}" text-anchor="end" fill="#222">${escaped(label)}</text>`,
      `<rect x="${String(LABELS)}" y="${String(y + 3)}" width="${(end - LABELS).toFixed(1)}" height="16" fill="${TONES[tone]}"/>`,
      `<text x="${(end + 6).toFixed(1)}" y="${String(y + 15)}" fill="#222">${escaped(text)}</text>`,
    ].join('\n');
  });
  const heading = `<text x="16" y="${String(top + 18)}" font-size="16" font-weight="bold" fill="#111">${escaped(title)}</text>`;
  return [heading, ...rows, ...(line ? [drawLine(line, LABELS + length(line.value), top, bars.length)] : [])].join(
    '\n',
  );
}

function drawLine({ text }: { text: string }, x: number, top: number, rows: number): string {
  const at = x.toFixed(1);
  const from = String(top + HEAD - 4);
  const to = String(top + HEAD + rows * ROW + 2);
  return (
    `<line x1="${at}" y1="${from}" x2="${at}" y2="${to}" stroke="#111" stroke-dasharray="4 3"/>` +
    `<text x="${at}" y="${String(top + HEAD - 10)}" text-anchor="middle" fill="#111">${escaped(text)}</text>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
