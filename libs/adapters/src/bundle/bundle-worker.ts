import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { SharedBundle } from './share-bundle.ts'

/** What the other thread of load-bundle.test.ts is told. */
export interface Task {
  readonly shared: SharedBundle
  /** Whether to do as if hnswlib-node had not been installed. */
  readonly withoutHnsw?: boolean
}

const { shared, withoutHnsw = false } = workerData as Task

if (withoutHnsw) {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'hnswlib-node') throw new Error(`Cannot find module '${specifier}'`)
      return next(specifier, context)
    },
  })
}

const { answers, tinyWorld } = await import('./bundle-fixture.ts')
const { loadBundle } = await import('./load-bundle.ts')
const { hnswAvailable } = await import('../vectors/hnsw-library.ts')

const world = tinyWorld()
const bundle = await loadBundle(shared, world)
parentPort!.postMessage({
  hnsw: hnswAvailable(),
  answers: await answers(bundle, world.catalogue),
})
await bundle.close()
