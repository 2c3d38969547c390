import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Locked {
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
      .filter(name => !isLocked(path, name))
      .map(name => `${path}: ${name}`),
  )
  expect(missing).toEqual([])
})

/** Looks for a package as Node does: in the folder's own node_modules, then in those above. */
const isLocked = (path: string, name: string): boolean => {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (Object.hasOwn(packages, join(folder, 'node_modules', name))) return true
    if (folder === '') return false
  }
}
