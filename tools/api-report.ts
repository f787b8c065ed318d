/**
 * The public surface as text: every export of `dist/index.d.ts` by its declaration, without comments and private parts.
 * `npm run api-report` writes it to docs/api-report.md; a test compares the two.
 */
import { writeFileSync } from 'node:fs';
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

/** Reads what `npm run build` has made. */
export function apiReport(): ApiReport {
  const entry = path.join(ROOT, 'dist/index.d.ts');
  const program = packageAlone(entry);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error('dist/index.d.ts is missing: run "npm run build" first');
  const exported = checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, symbol: unaliased(checker, symbol) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const within = restingOn(
    checker,
    exported.map(({ symbol }) => symbol),
  ).map((symbol) => ({ name: symbol.name, symbol }));
  const sections = [
    ...exported.map(section),
    '# What these rest on, and hosts cannot import\n',
    ...within.map(section),
  ];
  const undocumented = exported
    .filter(({ symbol }) => symbol.getDocumentationComment(checker).length === 0)
    .map(({ name }) => name);
  return { text: [HEAD, ...sections].join('\n'), undocumented };
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
function packageAlone(entry: string): ts.Program {
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
  return ts.createProgram([entry], options, host);
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
