import ts from 'typescript'

/**
 * - type: erased, nothing is loaded
 * - static: loaded together with the file
 * - lazy: loaded when the code comes to it
 * - url: a file beside it that a worker or a child process runs
 */
export type ImportKind = 'type' | 'static' | 'lazy' | 'url'

export interface Import {
  readonly specifier: string
  readonly kind: ImportKind
}

/** Every import of a source file that names its target in a literal, as Node would load it. */
export const importsOf = (path: string, text: string): readonly Import[] => {
  const imports: Import[] = []
  const add = (target: ts.Node | undefined, kind: ImportKind): void => {
    if (target !== undefined && ts.isStringLiteral(target))
      imports.push({ specifier: target.text, kind })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.isTypeOnly ? 'type' : 'static')
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')
    } else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type')
    } else if (ts.isCallExpression(node) && loads(node.expression)) {
      add(node.arguments[0], 'lazy')
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
      if (node.arguments?.[1]?.getText() === 'import.meta.url') add(node.arguments[0], 'url')
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
  return imports
}

/** `import(…)`, `require(…)`, `createRequire(…)(…)`. */
const loads = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword ||
  (ts.isIdentifier(callee) && callee.text === 'require') ||
  (ts.isCallExpression(callee) && callee.expression.getText() === 'createRequire')
