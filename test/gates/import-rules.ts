/** The import rules of the repository, and which files may use Nest's global names and transactions. */
import path from 'node:path';
import ts from 'typescript';

/** What each room may import, besides itself and `settings`; files outside of the rooms may import anything. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  settings: [],
  internals: [],
  guarding: [],
  client: ['guarding'],
  cli: [],
  config: [],
  commands: ['cli', 'config', 'core', 'identity', 'data-plane', 'declared', 'persistence'],
  declared: ['core', 'identity', 'applications'],
  core: ['internals'],
  http: ['internals', 'core'],
  identity: ['core'],
  applications: ['core', 'identity'],
  assertions: ['core'],
  managing: ['core', 'identity'],
  console: ['http'],
  'dialect-kit': ['core', 'identity', 'assertions', 'http'],
  streams: ['internals', 'core', 'identity', 'http'],
  dialects: [
    'streams',
    'internals',
    'core',
    'identity',
    'applications',
    'assertions',
    'http',
    'dialect-kit',
    'data-plane',
    'managing',
  ],
  'data-plane': ['internals', 'guarding', 'core', 'identity', 'applications', 'assertions', 'http'],
  monitoring: ['internals', 'core', 'identity', 'http', 'data-plane', 'persistence'],
  operations: ['internals', 'core', 'identity', 'http'],
  persistence: ['internals', 'core'],
};

/** The room that all may import. */
const LOWEST = 'settings';

/** A second entrance of a room: its settings can be read without loading the rest of it. */
const isSettings = (file: string): boolean => file.endsWith('.settings.js');

const NEST_WIDE = new Set(['APP_GUARD', 'APP_FILTER', 'APP_PIPE', 'APP_INTERCEPTOR', 'Global']);
const NEST_WIDE_HOME = 'src/standalone/app.module.ts';

/** Methods that open a transaction, or write a whole entity back, past the unit of work. */
const PAST_UNIT_OF_WORK = new Set(['transaction', 'save', 'startTransaction', 'commitTransaction']);

/** Sources by path from the root of the repository, for example `src/core/index.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** The folders of the standalone server and of the one for tests, which put the rooms together as the files at the top of `src` do. */
const TOP = ['standalone', 'testing'];

/** `core`, `dialects/canvus`, or `top` for files in no room. */
function roomOf(file: string): string {
  const [root, first = '', second = ''] = file.split('/');
  if (root !== 'src' || second === '' || TOP.includes(first)) return 'top';
  return first === 'dialects' ? `dialects/${second}` : first;
}

function importFault(from: string, to: string): string | undefined {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  if (fromRoom === toRoom) return undefined;
  if (fromRoom !== 'top') {
    const allowed = MAY_IMPORT[fromRoom.split('/', 1)[0] ?? ''];
    if (!allowed) return `${from}: the room ${fromRoom} has no import rule`;
    // The configuration is made of the settings that each room declares.
    if (fromRoom === 'config' && isSettings(to)) return undefined;
    if (toRoom !== LOWEST && !allowed.includes(toRoom)) return `${from}: ${fromRoom} may not import ${to}`;
  }
  return toRoom === 'top' || isEntrance(toRoom, to)
    ? undefined
    : `${from}: enter ${toRoom} through its index.ts, not ${to}`;
}

/**
 * A room is entered through its index, or its settings. A dialect has two more entrances, so that importing one thing
 * does not load the rest: its value, and guards for routes of a host.
 */
function isEntrance(room: string, file: string): boolean {
  const [, dialect] = room.split('/');
  const others = dialect === undefined ? [] : [`${dialect}.dialect.js`, 'guards.js'];
  return isSettings(file) || ['index.js', ...others].some((entrance) => file === `src/${room}/${entrance}`);
}

/** Everything imported or exported from, static or not. */
function importsOf(file: string, text: string): string[] {
  return ts
    .preProcessFile(text)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.posix.join(path.posix.dirname(file), name));
}

function nameFaults(file: string, text: string): string[] {
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && NEST_WIDE.has(node.text) && file !== NEST_WIDE_HOME) {
      faults.push(`${file}: ${node.text} belongs into ${NEST_WIDE_HOME}`);
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { text: method } = node.expression.name;
      if (PAST_UNIT_OF_WORK.has(method) && roomOf(file) !== 'persistence') {
        faults.push(`${file}: .${method}() goes past the unit of work`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return faults;
}

/** Every breach of the rules, one line each. */
export function ruleFaults(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => [
    ...importsOf(file, text).flatMap((to) => importFault(file, to) ?? []),
    ...nameFaults(file, text),
  ]);
}
