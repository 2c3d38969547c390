import { dirname, join } from 'node:path/posix'
import rooms from '../rooms.json' with { type: 'json' }
import type { Import } from './imports-of.ts'
import { packageName, reach } from './reach.ts'
import type { Package, SourceFile, Workspace } from './workspace.ts'

interface Room {
  readonly imports: readonly string[]
  /** Rooms of which it may import types, and nothing that runs. */
  readonly types?: readonly string[]
  /** Rooms that its tests may import besides. */
  readonly tests?: readonly string[]
  readonly vendors: boolean
}
const ROOMS: Readonly<Record<string, Room>> = rooms

/** Large or native: nothing that merely starts may load them, and hnswlib-node may not be there. */
const LAZY = ['hnswlib-node', 'hyparquet', 'hyparquet-compressors', 'onnxruntime-node']

/** Looks at a workspace and names each offence, with the file that commits it. */
export type Rule = (workspace: Workspace) => readonly string[]

/** Every package stands in exactly one room of tools/rooms.json. */
export const oneRoom: Rule = ({ packages }) =>
  packages
    .filter(({ rooms: [room, ...more] }) => !room || !ROOMS[room] || more.length > 0)
    .map(({ name, rooms: own }) => `${name} stands in ${own.join(' and ') || 'no room'}`)

/** Imports go one way: a room imports the rooms that the table allows, tests the testkit besides. */
export const oneDirection: Rule = workspace =>
  eachImport(workspace, (file, { specifier, kind }) => {
    const target = packageOf(workspace, specifier)
    const [from, to] = [file.package.rooms[0]!, target?.rooms[0]]
    const room = ROOMS[from]
    if (target === undefined || target === file.package || room === undefined) return
    if (room.imports.includes(to!)) return
    if (kind === 'type' && room.types?.includes(to!)) return
    if (file.test && (to === 'testkit' || room.tests?.includes(to!))) return
    return `${from} must not import ${kind === 'type' ? 'types of ' : ''}${to}`
  })

/** Packages are imported by name through what they export; relative paths stay within a package. */
export const noDeepImports: Rule = workspace =>
  eachImport(workspace, (file, { specifier, kind }) => {
    if (kind === 'url' && !isSource(specifier)) return
    if (specifier.startsWith('.')) {
      const target = join(dirname(file.path), specifier)
      return target.startsWith(file.package.folder) && !leavesRootPackage(workspace, file, target)
        ? undefined
        : `${specifier} leaves ${file.package.name}`
    }
    const target = packageOf(workspace, specifier)
    if (target === undefined) return
    const subpath = `.${specifier.slice(target.name.length)}`
    return target.entries.has(subpath) ? undefined : `${target.name} does not export ${subpath}`
  })

/** The product loads nothing that is there for tests. */
export const noTestsInProduct: Rule = workspace => {
  const runs = productOf(workspace)
  return workspace.files
    .filter(({ path, test }) => test && runs.has(path))
    .map(({ path }) => `${path}: is loaded by the product`)
}

/** What a package loads when it runs is among its dependencies; vendors only where the room has any. */
export const declaredVendors: Rule = workspace => {
  const runs = productOf(workspace)
  const shared = workspace.packages.find(({ folder }) => folder === '')?.development ?? new Set()
  return eachImport(workspace, (file, { specifier, kind }) => {
    const { name: own, runtime, development, rooms: at } = file.package
    const name = packageName(specifier)
    if (/^(\.|node:)/.test(specifier) || name === own) return
    const vendor = packageOf(workspace, specifier) === undefined
    if (vendor && !file.test && ROOMS[at[0]!]?.vendors === false)
      return `${at[0]} has no vendors: ${name}`
    if (runtime.has(name)) return
    const loaded = runs.has(file.path) && kind !== 'type'
    if (!loaded && (development.has(name) || shared.has(name))) return
    return `${name} is not among the ${loaded ? 'dependencies' : 'devDependencies'} of ${own}`
  })
}

/** No package and no main loads a large or native vendor before it is needed. */
export const lazyVendors: Rule = workspace => {
  const started = reach(workspace, entriesOf(workspace), ['static'])
  return eachImport(workspace, (file, { specifier, kind }) =>
    kind === 'static' && LAZY.includes(packageName(specifier)) && started.has(file.path)
      ? `${specifier} is loaded at once: await import(…) it where it is needed`
      : undefined,
  )
}

const eachImport = (
  { files }: Workspace,
  offence: (file: SourceFile, imported: Import) => string | undefined,
): readonly string[] =>
  files.flatMap(file =>
    file.imports
      .map(imported => offence(file, imported))
      .filter(text => text !== undefined)
      .map(text => `${file.path}: ${text}`),
  )

const packageOf = ({ packages }: Workspace, specifier: string): Package | undefined =>
  packages.find(({ name }) => name === packageName(specifier))

/** What the product starts with: each package's own export but the testkit's, and the mains. */
const entriesOf = ({ packages, files }: Workspace): readonly string[] => [
  ...packages
    .filter(({ rooms: [room] }) => room !== 'testkit')
    .flatMap(({ entries }) => entries.get('.') ?? []),
  ...files.filter(({ path }) => path.endsWith('/main.ts')).map(({ path }) => path),
]

const productOf = (workspace: Workspace): ReadonlySet<string> =>
  reach(workspace, entriesOf(workspace), ['static', 'lazy', 'url'])

const isSource = (specifier: string): boolean => /\.[cm]?[jt]s$/.test(specifier)

/** The root's folder holds all others: a path within it may still belong to another package. */
const leavesRootPackage = (workspace: Workspace, { package: own }: SourceFile, target: string) =>
  own.folder === '' &&
  workspace.packages.some(({ folder }) => folder !== '' && target.startsWith(folder))
