import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unitVectors } from '@explore/testkit'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { buildHnsw } from './build-hnsw.ts'
import { hnswAvailable } from './hnsw-library.ts'
import { hnswIndex } from './hnsw-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'hnsw-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { available, reason } = hnswAvailable()

describe('buildHnsw', () => {
  beforeEach(({ skip }) => skip(!available, reason))

  const vectors = unitVectors(600, 8, 1)

  it('gives the same file for the same vectors, and tells how far it is', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')]
    const told: number[] = []
    await buildHnsw(vectors, 8, a, { onProgress: (done, total) => told.push(done / total) })
    await buildHnsw(vectors, 8, b)
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true)
    expect(told).toEqual([250 / 600, 500 / 600, 1])
  })

  it('does not hold up the event loop', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await buildHnsw(vectors, 8, join(folder, 'c'))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })

  it('rejects a file that is no graph, or is not there', async () => {
    writeFileSync(join(folder, 'text'), 'no graph')
    await expect(hnswIndex(join(folder, 'text'), { dimension: 8 })).rejects.toThrow()
    await expect(hnswIndex(join(folder, 'absent'), { dimension: 8 })).rejects.toThrow('absent')
  })
})
