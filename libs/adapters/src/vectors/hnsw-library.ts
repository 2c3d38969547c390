import { createRequire } from 'node:module'

/** A graph of hnswlib-node, as much of it as is used here. */
export interface HnswGraph {
  readonly initIndex: (options: {
    readonly maxElements: number
    readonly m: number
    readonly efConstruction: number
    readonly randomSeed: number
  }) => void
  readonly addPoint: (point: readonly number[], label: number) => void
  readonly searchKnn: (
    query: readonly number[],
    k: number,
  ) => { readonly neighbors: readonly number[]; readonly distances: readonly number[] }
  readonly setEf: (ef: number) => void
  readonly getCurrentCount: () => number
  readonly readIndex: (path: string) => Promise<boolean>
  readonly writeIndex: (path: string) => Promise<boolean>
}

export interface HnswLibrary {
  readonly HierarchicalNSW: new (space: 'ip', dimension: number) => HnswGraph
}

/** Throws where hnswlib-node is not installed: it is optional, as it takes a C++ compiler to build. */
export const hnswLibrary = (): HnswLibrary =>
  createRequire(import.meta.url)('hnswlib-node') as HnswLibrary

/** Whether HNSW can be used here, and if not, why. */
export const hnswAvailable = (): { readonly available: boolean; readonly reason?: string } => {
  try {
    hnswLibrary()
    return { available: true }
  } catch (error) {
    const [reason] = (error as Error).message.split('\n')
    return { available: false, reason }
  }
}
