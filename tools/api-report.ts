/**
 * The public surface as text: every export of every entry of the package by its declaration, without comments and private parts.
 * `npm run api-report` writes it to docs/api-report.md; a test compares the two.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Where the report is kept. */
export const REPORT = path.join(ROOT, 'docs/api-report.md');

export interface ApiReport {
  readonly text: string;
  /** Exports without a word of documentation. */
  readonly undocumented: readonly string[];
}

interface Named {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

/** The entries as hosts name them, with their declarations; that of the whole package first. */
function entries(): [name: string, file: string][] {
  const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { import?: { types: string } }>;
  };
  return Object.entries(exports).flatMap(([name, { import: given }]): [string, string][] =>
    given ? [[name.replace('.', 'latchkey'), path.join(ROOT, given.types)]] : [],
  );
}

/** Reads what `npm run build` has made. */
export function apiReport(): ApiReport {
  const all = entries();
  const program = packageAlone(all.map(([, file]) => file));
  const checker = program.getTypeChecker();
  const [whole = [], ...others] = all.map(([, file]) => exportsOf(program, file));
  const known = new Set(whole.map(({ symbol }) => symbol));
  const chapters = others.map((exported, index) => chapter(all[index + 1]?.[0] ?? '', exported, known));
  const everything = [...whole, ...others.flat()];
  const within = restingOn(
    checker,
    everything.map(({ symbol }) => symbol),
  ).map((symbol) => ({ name: symbol.name, symbol }));
  const sections = [
    ...whole.map(section),
    ...chapters,
    '# What these rest on, and hosts cannot import\n',
    ...within.map(section),
  ];
  const undocumented = everything
    // A whole file that is exported under a name begins with a sentence, as every file does.
    .filter(({ symbol }) => (symbol.flags & ts.SymbolFlags.ValueModule) === 0)
    .filter(({ symbol }) => symbol.getDocumentationComment(checker).length === 0)
    .map(({ name }) => name);
  return { text: [HEAD, ...sections].join('\n'), undocumented };
}

function exportsOf(program: ts.Program, file: string): Named[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${path.relative(ROOT, file)} is missing: run "npm run build" first`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, symbol: unaliased(checker, symbol) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an entry exports: by name alone what `latchkey` exports, too. */
function chapter(entry: string, exported: readonly Named[], known: ReadonlySet<ts.Symbol>): string {
  const shared = exported.filter(({ symbol }) => known.has(symbol)).map(({ name }) => `- \`${name}\`\n`);
  const own = exported.filter(({ symbol }) => !known.has(symbol));
  const parts = [`# \`${entry}\`\n`, ...(shared.length > 0 ? [`As \`latchkey\`:\n\n${shared.join('')}`] : [])];
  return [...parts, ...own.map(section)].join('\n');
}

function section({ name, symbol }: { name: string; symbol: ts.Symbol }): string {
  return `## ${name}\n\n\`\`\`ts\n${declared(symbol)}\n\`\`\`\n`;
}

/** Declarations of the package that are named in exported ones without being exported: base classes, types of options. */
function restingOn(checker: ts.TypeChecker, exported: readonly ts.Symbol[]): ts.Symbol[] {
  const seen = new Set(exported);
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    // What constructors take is given by Nest.
    if (ts.isConstructorDeclaration(node) || (ts.isClassElement(node) && isPrivate(node))) return;
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (symbol) add(unaliased(checker, symbol));
    ts.forEachChild(node, visit);
  };
  const add = (symbol: ts.Symbol): void => {
    if (seen.has(symbol) || !symbol.declarations?.some(isTopLevel)) return;
    seen.add(symbol);
    found.push(symbol);
    symbol.declarations.forEach(visit);
  };
  for (const { declarations = [] } of exported) declarations.forEach(visit);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of a module: no member, and no parameter. */
function isTopLevel(declaration: ts.Declaration): boolean {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isStatement(node) && ts.isSourceFile(node.parent);
}

/** What the package itself declares is all that is printed: libraries, and the language's own, are not read. */
function packageAlone(files: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noLib: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, file) =>
    literals.map(({ text }) =>
      text.startsWith('.') ? ts.resolveModuleName(text, file, options, host) : { resolvedModule: undefined },
    );
  return ts.createProgram(files, options, host);
}

const HEAD = `# What \`latchkey\` exports

Made by \`npm run api-report\`; a change to it is a change to what hosts rely on.
`;

function unaliased(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const printer = ts.createPrinter({ removeComments: true });

function declared(symbol: ts.Symbol): string {
  return (symbol.declarations ?? [])
    .map((declaration) => (ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration))
    .map((node) => printer.printNode(ts.EmitHint.Unspecified, withoutPrivate(node), node.getSourceFile()))
    .join('\n')
    .replaceAll(INFERRED_UNION, (union) => union.split(' | ').sort().join(' | '));
}

/** The compiler writes the types that it infers in the order in which it met them, which differs between builds. */
const INFERRED_UNION = /"[^"\n]*"(?: \| "[^"\n]*")+/g;

function withoutPrivate(node: ts.Node): ts.Node {
  if (!ts.isClassDeclaration(node)) return node;
  const members = node.members.filter((member) => !isPrivate(member));
  const { modifiers, name, typeParameters, heritageClauses } = node;
  return ts.factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, members);
}

function isPrivate(member: ts.ClassElement): boolean {
  if (member.name && ts.isPrivateIdentifier(member.name)) return true;
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
}

if (process.argv[1] === import.meta.filename) {
  const { text, undocumented } = apiReport();
  writeFileSync(REPORT, text);
  for (const name of undocumented) process.stdout.write(`without documentation: ${name}\n`);
}
