import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeLines } from './code-lines.ts'
import { type Import, importsOf } from './imports-of.ts'

const ROOT = join(import.meta.dirname, '../..')

/** One npm package of the workspace; the root package holds tools and bin. */
export interface Package {
  readonly name: string
  /** Relative to the root, with a slash at its end; '' is the root itself. */
  readonly folder: string
  readonly rooms: readonly string[]
  /** What a subpath of the package leads to: '.' → libs/x/src/index.ts */
  readonly entries: ReadonlyMap<string, string>
  /** What it may load when it runs, and what its tests and tools may load besides. */
  readonly runtime: ReadonlySet<string>
  readonly development: ReadonlySet<string>
}

export interface SourceFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly package: Package
  /** A test, or what only tests use. */
  readonly test: boolean
  readonly imports: readonly Import[]
  readonly codeLines: number
}

export interface Workspace {
  readonly packages: readonly Package[]
  readonly files: readonly SourceFile[]
}

interface Manifest {
  readonly name: string
  readonly exports?: string | Readonly<Record<string, string>>
  readonly nx?: { readonly tags?: readonly string[] }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const SKIPPED = ['**/node_modules', 'apps/web/public']

/** Reads all packages and sources of a workspace; no cache, no tool's opinion between. */
export const readWorkspace = (root: string = ROOT): Workspace => {
  const packages = list(root, '{.,libs/*,apps/*,tools/*}/package.json').map(path =>
    packageAt(root, path),
  )
  const files = list(root, '{bin,libs,apps,tools}/**/*.{ts,mjs,js}').map((path): SourceFile => {
    const text = readFileSync(join(root, path), 'utf8')
    return {
      path,
      package: innermost(packages, path),
      test: /(\.test|-fixture)\.ts$|\/testing\//.test(path),
      imports: importsOf(path, text),
      codeLines: codeLines(text),
    }
  })
  return { packages, files }
}

const list = (root: string, pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root, exclude: SKIPPED })
    .map(path => path.replaceAll('\\', '/'))
    .sort()

const packageAt = (root: string, path: string): Package => {
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
  const folder = path === 'package.json' ? '' : `${dirname(path)}/`
  const exported =
    typeof manifest.exports === 'string' ? { '.': manifest.exports } : (manifest.exports ?? {})
  return {
    name: manifest.name,
    folder,
    rooms: (manifest.nx?.tags ?? [])
      .filter(tag => tag.startsWith('room:'))
      .map(tag => tag.slice('room:'.length)),
    entries: new Map(Object.entries(exported).map(([key, to]) => [key, join(folder, to)])),
    runtime: new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })),
    development: new Set(Object.keys(manifest.devDependencies ?? {})),
  }
}

const innermost = (packages: readonly Package[], path: string): Package =>
  packages
    .filter(({ folder }) => path.startsWith(folder))
    .reduce((a, b) => (b.folder.length > a.folder.length ? b : a))
