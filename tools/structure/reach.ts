import { dirname, join } from 'node:path/posix'
import type { ImportKind } from './imports-of.ts'
import type { SourceFile, Workspace } from './workspace.ts'

/** The package that a bare specifier names: 'lmdb/x' → 'lmdb', '@explore/rest/testing' → '@explore/rest'. */
export const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** The file of the workspace that an import leads to, or undefined where it leads out of it. */
const resolve = (
  { packages }: Pick<Workspace, 'packages'>,
  from: string,
  specifier: string,
): string | undefined => {
  if (specifier.startsWith('.')) return join(dirname(from), specifier)
  const name = packageName(specifier)
  const subpath = `.${specifier.slice(name.length)}`
  return packages.find(({ name: own }) => own === name)?.entries.get(subpath)
}

/** All files that the entries lead to over imports of the given kinds, themselves included. */
export const reach = (
  workspace: Workspace,
  entries: readonly string[],
  kinds: readonly ImportKind[],
): ReadonlySet<string> => {
  const byPath = new Map<string, SourceFile>(workspace.files.map(file => [file.path, file]))
  const reached = new Set<string>()
  const queue = [...entries]
  for (const path of queue) {
    const file = byPath.get(path)
    if (file === undefined || reached.has(path)) continue
    reached.add(path)
    for (const { specifier, kind } of file.imports) {
      if (!kinds.includes(kind)) continue
      const target = resolve(workspace, path, specifier)
      if (target !== undefined) queue.push(target)
    }
  }
  return reached
}
