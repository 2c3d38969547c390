import { viewerFeatures } from '@explore/explore'
import { expect, it } from 'vitest'
import { viewerRows } from './viewer-rows.ts'

const viewer = (surface: number) => {
  const features = viewerFeatures(1)
  features.surface[0] = surface
  return features
}

it('computes the row of each viewer once, whoever holds the features', async () => {
  let runs = 0
  const rows = viewerRows(features => {
    runs++
    return Promise.resolve(Float32Array.of(features.surface[0]!))
  })
  const reused = viewer(1)
  expect([...(await rows(reused))]).toEqual([1])
  expect([...(await rows(viewer(1)))]).toEqual([1])
  reused.surface[0] = 2
  expect([...(await rows(reused))]).toEqual([2])
  expect(runs).toBe(2)
})

it('forgets the viewer asked for longest ago', async () => {
  const asked: number[] = []
  const rows = viewerRows(features => {
    asked.push(features.surface[0]!)
    return Promise.resolve(new Float32Array(1))
  })
  for (let i = 0; i < 64; i++) await rows(viewer(i))
  await rows(viewer(0))
  await rows(viewer(64))
  await rows(viewer(0))
  await rows(viewer(1))
  expect(asked.slice(64)).toEqual([64, 1])
})

it('does not keep a failure', async () => {
  let runs = 0
  const rows = viewerRows(() =>
    runs++ === 0 ? Promise.reject(new Error('once')) : Promise.resolve(new Float32Array(1)),
  )
  await expect(rows(viewer(1))).rejects.toThrow('once')
  expect(await rows(viewer(1))).toHaveLength(1)
})
