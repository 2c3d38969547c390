import { readFileSync } from 'node:fs'
import { unitVectors } from '@explore/testkit'
import { expect, it } from 'vitest'
import wabt from 'wabt'
import { dotKernels } from './dot-kernels.ts'
import { dotRows } from './dot-rows.ts'
import { rowTableOf } from './row-table.ts'
import { scriptKernels } from './script-kernels.ts'

const file = (name: string): Buffer => readFileSync(new URL(name, import.meta.url))

it('has dot.wasm as dot.wat compiles', async () => {
  const features = { simd: true, threads: true }
  const module = (await wabt()).parseWat('dot.wat', file('./dot.wat').toString(), features)
  expect(Buffer.from(module.toBinary({}).buffer)).toEqual(file('./dot.wasm'))
})

it.each([1, 3, 4, 8, 15, 16, 17, 20, 64, 65, 100])(
  'computes the same bits in WASM and in JavaScript at width %i',
  width => {
    const vectors = unitVectors(40, width, width)
    const table = rowTableOf(vectors, width)
    const [wasm, script] = [dotRows(table, dotKernels), dotRows(table, scriptKernels)]
    const query = vectors.slice(0, width)
    const ids = Uint32Array.of(39, 0, 7, 7, 20)
    expect(script.scores(query, ids)).toEqual(wasm.scores(query, ids))
    expect(script.nearest(query, 40)).toEqual(wasm.nearest(query, 40))
    ids.forEach((id, i) => {
      const exact = query.reduce((sum, x, d) => sum + x * vectors[id * width + d]!, 0)
      expect(wasm.scores(query, ids)[i]).toBeCloseTo(exact, 5)
    })
  },
)

it('selects the same rows in WASM and in JavaScript', () => {
  const vectors = unitVectors(5001, 4, 3)
  const table = rowTableOf(vectors, 4)
  const query = Float32Array.of(0.5, -0.5, 0.5, 0.5)
  expect(dotRows(table, scriptKernels).nearest(query, 100)).toEqual(
    dotRows(table, dotKernels).nearest(query, 100),
  )
})
