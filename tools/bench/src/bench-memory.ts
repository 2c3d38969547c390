import { Catalogue } from '@explore/explore'
import { type Home, openStores } from '@explore/embedded'
import type { Figure } from './figures.ts'

/** Memory that an item costs in each thread beyond its vectors and the index graph: its catalogue row and id. */
export const benchMemory = async (home: Home): Promise<readonly Figure[]> => {
  const { profiles, close } = await openStores(home)
  try {
    const replicas: Catalogue[] = []
    await profiles.sync(new Catalogue())
    global.gc?.()
    const before = process.memoryUsage()
    for (let i = 0; i < 4; i++) {
      const catalogue = new Catalogue()
      await profiles.sync(catalogue)
      replicas.push(catalogue)
    }
    global.gc?.()
    const after = process.memoryUsage()
    const size = replicas[0]!.size
    const used = (key: 'heapUsed' | 'arrayBuffers'): number =>
      (after[key] - before[key]) / replicas.length / size
    return [
      {
        name: 'memory per item beyond vectors and graph',
        value: used('heapUsed') + used('arrayBuffers'),
        unit: 'bytes',
        note: `catalogue replica of ${size} items, per thread; columns ${used('arrayBuffers').toFixed(0)}, ids ${used('heapUsed').toFixed(0)}`,
      },
    ]
  } finally {
    await close()
  }
}
