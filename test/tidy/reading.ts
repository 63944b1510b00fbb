/*
 * Reads source text with the compiler's own parser into what the house rules ask about: imports, declared names, functions,
 * comments, and which of Node's globals a file touches. Pure: takes texts by path, opens no file.
 * Worst case: text that does not parse reads as a file with fewer parts; the type check refuses it anyway.
 */
import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { commentsOf, type Comment, type Span } from './comments.js';

export interface Import {
  readonly from: string;
  /** Names as the other module calls them; `default` and `*` for the whole of it. Only values; types are not listed. */
  readonly values: readonly string[];
  /** The module is started as a worker thread of its own, not imported. */
  readonly starts?: boolean;
  readonly line: number;
}

export interface Named {
  readonly name: string;
  readonly line: number;
}

export interface Reading {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Functions, methods, classes, interfaces, types, variables and parameters that the file gives a name to. */
  readonly declared: readonly Named[];
  readonly functions: readonly (Named & { readonly lines: number })[];
  /** `object.property` for objects that are plain identifiers, `new X()` without arguments, and `name()` for plain calls. */
  readonly uses: readonly Named[];
  readonly comments: readonly Comment[];
  /** First arguments of test(…) and it(…), and of their variants. */
  readonly tests: readonly Named[];
}

const functionKinds = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

const declarationKinds = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.EnumDeclaration,
  SyntaxKind.VariableDeclaration,
  SyntaxKind.Parameter,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.BindingElement,
]);

const literalKinds = new Set([
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
]);

/** The parts of a node that the rules look at. The parser's own types are one union of some 300 members. */
interface Part extends Node {
  readonly name?: Part;
  readonly text?: string;
  readonly expression?: Part;
  readonly argumentExpression?: Part;
  readonly argument?: Part;
  readonly literal?: Part;
  readonly initializer?: Part;
  readonly arguments?: readonly Part[];
  readonly moduleSpecifier?: Part;
  readonly importClause?: Part;
  readonly exportClause?: Part;
  readonly phaseModifier?: SyntaxKind;
  readonly isTypeOnly?: boolean;
  readonly namedBindings?: Part;
  readonly elements?: readonly Part[];
  readonly propertyName?: Part;
}

class Reader {
  readonly imports: Import[] = [];
  readonly declared: Named[] = [];
  readonly functions: (Named & { lines: number })[] = [];
  readonly uses: Named[] = [];
  readonly tests: Named[] = [];
  readonly literals: Span[] = [];
  readonly #lineStarts: number[] = [0];

  constructor(readonly text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** The line of a place in the text, from 1. */
  lineOf(at: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  visit(node: Part): void {
    const start = node.getStart();
    if (literalKinds.has(node.kind)) this.literals.push({ start, end: node.getEnd() });
    if (functionKinds.has(node.kind)) this.#function(node, start);
    if (declarationKinds.has(node.kind)) this.#declaration(node, start);
    this.#import(node, this.lineOf(start));
    this.#use(node, this.lineOf(start));
    node.forEachChild((child) => {
      this.visit(child);
      return undefined;
    });
  }

  #function(node: Part, start: number): void {
    const line = this.lineOf(start);
    this.functions.push({ name: node.name?.text ?? 'a function', line, lines: this.lineOf(node.getEnd()) - line + 1 });
  }

  #declaration(node: Part, start: number): void {
    if (node.name?.text !== undefined) this.declared.push({ name: node.name.text, line: this.lineOf(start) });
    // const { env } = process
    if (node.kind === SyntaxKind.VariableDeclaration && node.initializer?.kind === SyntaxKind.Identifier) {
      for (const element of node.name?.elements ?? []) {
        const property = element.propertyName?.text ?? element.name?.text;
        this.uses.push({ name: `${node.initializer.text}.${property}`, line: this.lineOf(start) });
      }
    }
  }

  #import(node: Part, line: number): void {
    if (node.kind === SyntaxKind.ImportDeclaration && node.moduleSpecifier?.text !== undefined) {
      this.imports.push({ from: node.moduleSpecifier.text, values: valuesOf(node.importClause), line });
    } else if (node.kind === SyntaxKind.ExportDeclaration && node.moduleSpecifier?.text !== undefined) {
      const values = node.exportClause ? namesOf(node.exportClause) : ['*'];
      this.imports.push({ from: node.moduleSpecifier.text, values: node.isTypeOnly ? [] : values, line });
    } else if (node.kind === SyntaxKind.ImportType && node.argument?.literal?.text !== undefined) {
      this.imports.push({ from: node.argument.literal.text, values: [], line });
    } else if (node.kind === SyntaxKind.CallExpression) {
      const called = node.expression;
      const dynamic = called?.kind === SyntaxKind.ImportKeyword || called?.text === 'require';
      const from = node.arguments?.[0]?.text;
      if (dynamic && from !== undefined) this.imports.push({ from, values: ['*'], line });
    } else if (node.kind === SyntaxKind.NewExpression && node.expression?.text === 'URL') {
      // new Worker(new URL('./worker.js', import.meta.url)) starts that module
      const from = node.arguments?.[0]?.text;
      if (from !== undefined && /^\.\.?\/.*\.js$/.test(from))
        this.imports.push({ from, values: [], starts: true, line });
    }
  }

  #use(node: Part, line: number): void {
    if (node.kind === SyntaxKind.PropertyAccessExpression && node.expression?.kind === SyntaxKind.Identifier) {
      this.uses.push({ name: `${node.expression.text}.${node.name?.text}`, line });
    } else if (node.kind === SyntaxKind.ElementAccessExpression && node.expression?.kind === SyntaxKind.Identifier) {
      this.uses.push({ name: `${node.expression.text}.${node.argumentExpression?.text}`, line });
    } else if (node.kind === SyntaxKind.NewExpression && node.expression?.kind === SyntaxKind.Identifier) {
      if ((node.arguments?.length ?? 0) === 0) this.uses.push({ name: `new ${node.expression.text}`, line });
    } else if (node.kind === SyntaxKind.CallExpression) {
      this.#call(node, line);
    }
  }

  #call(node: Part, line: number): void {
    if (node.expression?.kind === SyntaxKind.Identifier) this.uses.push({ name: `${node.expression.text}()`, line });
    let called = node.expression;
    // Walks from `test.each(rows)` and the like down to `test`.
    while (called?.expression !== undefined) called = called.expression;
    const said = node.arguments?.[0];
    const title = said !== undefined && literalKinds.has(said.kind) ? said.text : undefined;
    if (title !== undefined && ['test', 'it'].includes(called?.text ?? '')) this.tests.push({ name: title, line });
  }
}

/** The value names of an import clause; nothing for `import type`. */
function valuesOf(clause: Part | undefined): string[] {
  if (clause === undefined) return ['*'];
  if (clause.phaseModifier === SyntaxKind.TypeKeyword || clause.isTypeOnly) return [];
  const names = clause.name === undefined ? [] : ['default'];
  return clause.namedBindings === undefined ? names : [...names, ...namesOf(clause.namedBindings)];
}

/** `{ a, b as c, type D }` → a, b; `* as x` → *. */
function namesOf(bindings: Part): string[] {
  if (bindings.elements === undefined) return ['*'];
  return bindings.elements
    .filter((element) => !element.isTypeOnly)
    .map((element) => element.propertyName?.text ?? element.name?.text ?? '*');
}

/** The texts of all houses read so far, by path: what the parser sees in place of a disk. */
const files = new Map<string, string>();
const parser = new API({
  cwd: '/',
  fs: {
    readFile: (path) => files.get(path) ?? null,
    fileExists: (path) => files.has(path),
    directoryExists: (path) => [...files.keys()].some((file) => file.startsWith(`${path}/`)),
    getAccessibleEntries: () => ({ files: [], directories: [] }),
    realpath: (path) => path,
  },
});
let housesRead = 0;

/** Reads all files at once. Keys are paths from the project's root: `src/base/clock.ts`. */
export function readAll(texts: ReadonlyMap<string, string>): Reading[] {
  const house = `/house-${++housesRead}`;
  const project = `${house}/tsconfig.json`;
  const options = { noLib: true, noResolve: true, allowJs: true, types: [], target: 'esnext', module: 'esnext' };
  files.set(project, JSON.stringify({ compilerOptions: options, files: [...texts.keys()] }));
  for (const [path, text] of texts) files.set(`${house}/${path}`, text);
  const snapshot = parser.updateSnapshot({ openProject: project });
  const program = snapshot.getProject(project)?.program;
  return [...texts].map(([path, text]) => {
    const root = program?.getSourceFile(`${house}/${path}`);
    if (root === undefined) throw new Error(`${path} was not parsed`);
    const reader = new Reader(text);
    reader.visit(root);
    const { imports, declared, functions, uses, tests, literals } = reader;
    const comments = commentsOf(text, literals);
    return { path, text, lines: text.split('\n').length - 1, imports, declared, functions, uses, comments, tests };
  });
}

/** Ends the parser's process. Nothing can be read afterwards. */
export const endReading = (): void => parser.close();
