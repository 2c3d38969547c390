import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildHnsw, hnswAvailable, hnswIndex } from '@explore/adapters'
import { scoreBlocks } from '@explore/learn'
import { top } from '@explore/pipeline'
import type { Row, Table } from '../report.ts'
import type { Lab } from './lab.ts'
import { embedQueries } from './methods/two-tower.ts'

const NEAREST = 100
const QUERIES = 1000
/** 0: what serving takes for so many results. */
const EFS = [100, 150, 200, 300, 400]

/** How many of the exact nearest HNSW finds, by the candidates that its search keeps. */
export const annTable = async (
  lab: Lab,
  now: () => number,
  onProgress: (stage: string, fraction: number, note?: string) => void,
  signal: AbortSignal,
): Promise<Table> => {
  const title = `HNSW: recall@${NEAREST} of the exact nearest, by efSearch`
  const columns = [{ name: `recall@${NEAREST}` }, { name: 'per query', unit: 'µs' }]
  const { available, reason } = hnswAvailable()
  if (!available) return { title, columns, rows: [], notes: [`not measured: ${reason}`] }
  const towers = await lab.towers({ seed: 1 }, () => {}, signal)
  const { vectors, dimension } = towers
  const { test } = lab.task
  const users = test.users.slice(0, QUERIES)
  const queries = await embedQueries(towers, lab, { ...test, users })
  const exact: Set<number>[] = []
  const blocks = await scoreBlocks(vectors, dimension)
  await blocks.each(queries, (_, scores) => exact.push(new Set(top(scores, NEAREST))))
  await blocks.release()

  const folder = mkdtempSync(join(tmpdir(), 'explore-ann-'))
  try {
    const path = join(folder, 'index')
    await buildHnsw(vectors, dimension, path, {
      onProgress: (done, total) => onProgress('index', done / total),
    })
    const rows: Row[] = []
    for (const ef of EFS) {
      const index = await hnswIndex(path, { dimension, ef, perResult: 1 })
      let found = 0
      const begun = now()
      for (let query = 0; query < users.length; query++) {
        const vector = queries.subarray(query * dimension, (query + 1) * dimension)
        for (const item of index.search(vector, NEAREST).items) {
          if (exact[query]!.has(item)) found++
        }
      }
      const micros = ((now() - begun) * 1000) / users.length
      rows.push({ name: `ef ${ef}`, cells: [found / (NEAREST * users.length), Math.round(micros)] })
    }
    return { title, columns, rows, notes: [`M 16, efConstruction 200, ${users.length} queries`] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
