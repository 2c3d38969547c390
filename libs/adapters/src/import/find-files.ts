import { readdir, stat } from 'node:fs/promises'
import { basename, join, matchesGlob, relative, sep } from 'node:path'
import { ExploreError } from '@explore/explore'
import type { CompiledRule } from './compile-mapping.ts'
import type { SourceFile } from './read-rows.ts'

/** A file and the first rule that matches it. */
export interface MatchedFile extends SourceFile {
  readonly rule: CompiledRule
  readonly bytes: number
}

interface FoundFiles {
  /** In the order of their names. */
  readonly matched: readonly MatchedFile[]
  /** Files of folders that no rule matches. */
  readonly ignored: readonly string[]
}

const named = async (
  path: string,
): Promise<{ files: readonly SourceFile[]; isFolder: boolean }> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw new ExploreError('IMPORT_FILE', `${path}: there is no such file or folder`, {
      field: path,
      cause,
    })
  })
  if (!found.isDirectory()) return { files: [{ path, name: basename(path) }], isFolder: false }
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ path: file, name: relative(path, file).split(sep).join('/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return { files, isFolder: true }
}

/**
 * The files to read of the given files and folders. Throws IMPORT_FILE for a path that is not
 * there, for a file given by name that no rule matches, and where no file matches at all.
 */
export const findFiles = async (
  paths: readonly string[],
  rules: readonly CompiledRule[],
): Promise<FoundFiles> => {
  const matched: MatchedFile[] = []
  const ignored: string[] = []
  const globs = rules.map(({ match }) => match).join(', ')
  for (const path of paths) {
    const { files, isFolder } = await named(path)
    for (const file of files) {
      const rule = rules.find(({ match }) => matchesGlob(file.name, match))
      if (rule !== undefined) {
        matched.push({ ...file, rule, bytes: (await stat(file.path)).size })
      } else if (isFolder) {
        ignored.push(file.name)
      } else {
        throw new ExploreError('IMPORT_FILE', `${path}: no rule of the mapping matches it`, {
          field: path,
          hint: `the mapping reads ${globs}`,
        })
      }
    }
  }
  if (matched.length === 0) {
    throw new ExploreError('IMPORT_FILE', `no file of ${paths.join(', ')} matches the mapping`, {
      field: paths[0],
      hint: `the mapping reads ${globs}`,
    })
  }
  return { matched, ignored }
}
