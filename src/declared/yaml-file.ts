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
  const { LineCounter, parseDocument } = yaml;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const flaws = document.errors.map(({ message, pos: [at] }) => ({ line: lineAt(at), reason: message }));
  const lineOf = (path: Path): number => lineAt(offsetOf(yaml, document, path));
  if (flaws.length > 0) return { value: undefined, flaws, lineOf };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), flaws, lineOf };
  } catch (error) {
    return { value: undefined, flaws: [{ line: 1, reason: (error as Error).message }], lineOf };
  }
}

function offsetOf({ isAlias, isMap, isScalar, isSeq }: typeof Yaml, document: Document, path: Path): number {
  let node = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const inner = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inner)) {
      const pair = inner.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) as
        Pair<Node, Node | null> | undefined;
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
