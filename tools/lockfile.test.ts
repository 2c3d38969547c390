import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly integrity?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'),
) as { readonly packages: Readonly<Record<string, Locked>> }

it('names no registry: every machine installs from its own', () => {
  const hosts = Object.entries(packages).filter(([, { resolved, link }]) => resolved && !link)
  expect(hosts.map(([path]) => path)).toEqual([])
})

it('pins every package by its checksum', () => {
  const loose = Object.entries(packages)
    .filter(([path, { integrity }]) => path.includes('node_modules/') && !integrity)
    .filter(([, { link }]) => !link)
  expect(loose.map(([path]) => path)).toEqual([])
})

it('keeps the optional packages of all platforms, not just of the one that made it', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(name => lockedAt(path, name) === undefined)
      .map(name => `${path}: ${name}`),
  )
  expect(missing).toEqual([])
})

it('gives vite the yaml it may use: npm before 11 refuses a lockfile that does not', () => {
  const [vite] = Object.keys(packages).filter(path => path.endsWith('node_modules/vite'))
  // Also the reason why yaml is among the root's devDependencies: it takes the place of yaml 1.
  expect(lockedAt(vite!, 'yaml')?.version).toMatch(/^2\./)
})

/** Looks for a package as Node does: in the folder's own node_modules, then in those above. */
const lockedAt = (path: string, name: string): Locked | undefined => {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const found = packages[join(folder, 'node_modules', name)]
    if (found !== undefined || folder === '') return found
  }
}
