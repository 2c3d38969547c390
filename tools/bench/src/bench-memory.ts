import { collectGarbage, type Home, openStores } from '@explore/embedded'
import { Catalogue } from '@explore/explore'
import type { Figure } from './figures.ts'

const REPLICAS = 8

/** Memory that an item costs in each thread beyond its vectors and the index graph: its catalogue row and id. */
export const benchMemory = async (home: Home): Promise<readonly Figure[]> => {
  const { profiles, close } = await openStores(home)
  try {
    await profiles.sync(new Catalogue())
    const replicas: Catalogue[] = []
    collectGarbage()
    const before = process.memoryUsage()
    for (let i = 0; i < REPLICAS; i++) {
      const catalogue = new Catalogue()
      await profiles.sync(catalogue)
      replicas.push(catalogue)
    }
    collectGarbage()
    const after = process.memoryUsage()
    const { size } = replicas[0]!
    const used = (key: 'heapUsed' | 'arrayBuffers'): number =>
      (after[key] - before[key]) / replicas.length / size
    const [columns, ids] = [used('arrayBuffers'), used('heapUsed')]
    return [
      {
        name: 'memory per item beyond vectors and graph',
        value: columns + ids,
        unit: 'bytes',
        note: `in each thread; catalogue of ${size} items: columns ${columns.toFixed(0)}, ids ${ids.toFixed(0)}`,
      },
    ]
  } finally {
    await close()
  }
}
