import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Artifacts, type Bundle, type Catalogue, COUNTERS } from '@explore/explore'
import { candidatesOf, TINY_NOW, tinyArtifacts, tinyCatalogue, viewersOf } from '@explore/testkit'

import { type BundleInfo, writeBundle } from './write-bundle.ts'

/** Items that the bundles of the tests are trained on. */
export const N = 200

/** A folder for bundles, and artifacts to fill it with. */
export const bundleFixture = async () => {
  const bundles = mkdtempSync(join(tmpdir(), 'bundles-'))
  const artifacts: Artifacts = await tinyArtifacts(tinyCatalogue(N))
  return {
    bundles,
    artifacts,
    write: (id: string, info: Partial<BundleInfo> = {}, changed: Partial<Artifacts> = {}) =>
      writeBundle(
        bundles,
        { ...artifacts, ...changed },
        { id, createdAt: TINY_NOW, catalogueId: 'here', items: N, seed: 1, ...info },
      ),
    remove: () => rmSync(bundles, { recursive: true }),
  }
}

/** What a bundle is loaded with: nothing was ever shown. */
export const tinyWorld = (catalogue: Catalogue = tinyCatalogue(N)) => ({
  catalogue,
  catalogueId: 'here',
  counters: (items: Uint32Array) => new Float64Array(items.length * COUNTERS),
  now: () => TINY_NOW,
})

/** What a bundle says to one viewer, in all of its parts. */
export const answers = async (bundle: Bundle, catalogue: Catalogue) => {
  const viewer = viewersOf(catalogue, [1, 2, 3])
  const query = await bundle.retriever.embed(viewer)
  const { items, scores } = await bundle.retriever.search(query, 20)
  return {
    query,
    items,
    scores,
    neighbours: await bundle.retriever.neighbours(5, 5),
    light: await bundle.firstStage.score(viewer, items),
    heads: await bundle.secondStage.predict(viewer, candidatesOf(catalogue, items, [1, 2, 3])),
  }
}
