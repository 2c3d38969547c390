import { expect, it } from 'vitest'
import { plantedTaste } from './planted-taste.ts'
import { retrievalInProcess } from './retrieval-process.ts'
import { trainRetrieval } from './train-retrieval.ts'

const OPTIONS = { seed: 3, weights: { click: 1 }, dimension: 16, hidden: 16, epochs: 1 } as const

it('gives in a process of its own what it gives here', async () => {
  const { examples } = await plantedTaste({ users: 60 })
  const told: number[] = []
  const onProgress = (fraction: number) => void told.push(fraction)
  const there = await retrievalInProcess(examples, { ...OPTIONS, onProgress })
  const here = await trainRetrieval(examples, OPTIONS)
  expect(there.towers.vectors).toEqual(here.towers.vectors)
  expect(Buffer.compare(there.towers.user, here.towers.user)).toBe(0)
  expect(there.neighbours).toEqual(here.neighbours)
  expect(there.metrics).toEqual(here.metrics)
  expect(told.length).toBeGreaterThan(5)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
})

it('passes on what went wrong, and stops when it is told to', async () => {
  const { examples } = await plantedTaste({ users: 1, items: 1, clicks: 0 })
  await expect(retrievalInProcess(examples, OPTIONS)).rejects.toMatchObject({
    name: 'ExploreError',
    code: 'TRAIN_DATA',
  })
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(retrievalInProcess(examples, { ...OPTIONS, signal })).rejects.toThrow('enough')

  const { examples: more } = await plantedTaste({ users: 60 })
  const stop = new AbortController()
  const stopped = retrievalInProcess(more, {
    ...OPTIONS,
    onProgress: () => stop.abort(new Error('enough')),
    signal: stop.signal,
  })
  await expect(stopped).rejects.toThrow('enough')
})
