import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkSigned,
  type Decision,
  type Manifest,
  pointers,
  readDecisions,
  readManifest,
  verifyingKey,
} from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import type { Home } from '../home.ts'
import { exploreErrorOf } from '../system-error.ts'

/** A bundle as it lies in its folder; nothing of it is loaded. */
export interface BundleEntry {
  readonly id: string
  readonly role: 'current' | 'previous' | null
  readonly signed: boolean
  /** null where it cannot be read: `problem` says why. */
  readonly manifest: Manifest | null
  readonly problem: string | null
  /** What was decided about it, oldest first. */
  readonly decisions: readonly Decision[]
}

/** Every folder among the bundles, oldest first, those that are broken too. */
export const surveyBundles = async (home: Home): Promise<readonly BundleEntry[]> => {
  const { current, previous } = await pointers(home.bundles)
  const decisions = await readDecisions(home.bundles)
  const folders = (await readdir(home.bundles, { withFileTypes: true })).filter(
    entry => entry.isDirectory() && !entry.name.startsWith('.'),
  )
  const entries = await Promise.all(
    folders.map(async ({ name: id }): Promise<BundleEntry> => {
      const dir = join(home.bundles, id)
      const facts = {
        id,
        role: id === current ? 'current' : id === previous ? 'previous' : null,
        decisions: decisions.filter(({ bundle }) => bundle === id),
      } as const
      try {
        const manifest = await readManifest(dir)
        const signed = await checkSigned(dir, await verifyingKey(home.key))
        return { ...facts, signed, manifest, problem: null }
      } catch (error) {
        const { message } = exploreErrorOf(error)
        return { ...facts, signed: false, manifest: null, problem: message }
      }
    }),
  )
  const born = (entry: BundleEntry): number => entry.manifest?.createdAt ?? 0
  return entries.sort((a, b) => born(a) - born(b) || (a.id < b.id ? -1 : 1))
}

/** The entry that `name` means: an id, or `current`, `previous`, `latest`. Throws BUNDLE_MISSING. */
export const bundleNamed = (entries: readonly BundleEntry[], name: string): BundleEntry => {
  const found =
    name === 'latest'
      ? entries.at(-1)
      : entries.find(({ id, role }) => id === name || role === name)
  if (found !== undefined) return found
  const known = entries.map(({ id }) => id).join(', ') || 'there are none: explore train'
  throw new ExploreError('BUNDLE_MISSING', `there is no bundle ${name}`, {
    field: 'id',
    hint: `bundles of this home: ${known}`,
  })
}
