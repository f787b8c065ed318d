/** Reads a YAML or JSON text, and tells on which line each of its parts stands. */
import type * as Yaml from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { Path } from './form.js';

/** A text that was read. */
export interface ReadYaml {
  readonly value: unknown;
  /** What keeps it from being YAML, by line. */
  readonly flaws: readonly { readonly line: number; readonly reason: string }[];
  /** The line of a part, or of the nearest part around it that is there. Counted from 1. */
  readonly lineOf: (path: Path) => number;
}

/** So that a short text cannot stand for a long one. */
const MAX_ALIASES = 1000;

/** The library is loaded only then. */
export async function readYaml(text: string): Promise<ReadYaml> {
  const yaml = await import('yaml');
  const lines = new Lines(yaml, text);
  const { lineOf } = lines;
  const json = jsonOf(text);
  if (json !== undefined) return { value: json, flaws: [], lineOf };
  const document = lines.parsed();
  const flaws = document.errors.map(({ message, pos: [at] }) => ({ line: lines.at(at), reason: message }));
  if (flaws.length > 0) return { value: undefined, flaws, lineOf };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    lines.forget();
    return { value, flaws, lineOf };
  } catch (error) {
    return { value: undefined, flaws: [{ line: 1, reason: (error as Error).message }], lineOf };
  }
}

/** Where the parts of a text stand. A parsed text takes some fifty times its size, so it is kept only while it is needed. */
class Lines {
  private document: { readonly parsed: Document; readonly counter: Yaml.LineCounter } | undefined;

  constructor(
    private readonly yaml: typeof Yaml,
    private readonly text: string,
  ) {}

  parsed(): Document {
    return this.read().parsed;
  }

  forget(): void {
    this.document = undefined;
  }

  at(offset: number): number {
    return Math.max(1, this.read().counter.linePos(offset).line);
  }

  readonly lineOf = (path: Path): number => this.at(offsetOf(this.yaml, this.parsed(), path));

  private read(): NonNullable<Lines['document']> {
    if (this.document) return this.document;
    const { LineCounter, parseDocument } = this.yaml;
    const counter = new LineCounter();
    const parsed = parseDocument(this.text, { lineCounter: counter, version: '1.2', prettyErrors: false });
    this.document = { parsed, counter };
    return this.document;
  }
}

/** The value of a text that is JSON, which is YAML as well, in a fraction of the time; `undefined` for any other. */
function jsonOf(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // JSON takes the last of two members with one name, which would hide one.
    return namesIn(text) === membersIn(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(json: string): number {
  let names = 0;
  for (const [part] of json.matchAll(/"(?:[^"\\]|\\.)*"|:/g)) if (part === ':') names += 1;
  return names;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : parts.length;
  return parts.reduce<number>((sum, part) => sum + membersIn(part), own);
}

function offsetOf({ isAlias, isMap, isScalar, isSeq }: typeof Yaml, document: Document, path: Path): number {
  let node = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const inner = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inner)) {
      const pair = inner.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) as
        | Pair<Node, Node | null>
        | undefined;
      if (!pair) break;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(inner)) {
      const item = inner.items[Number(step)] as Node | undefined;
      if (!item) break;
      offset = startOf(item);
      node = item;
    } else break;
  }
  return offset;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
