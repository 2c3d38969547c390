import type { Manifest } from '@explore/adapters'
import { expect, it } from 'vitest'
import { diffBundles } from './diff-bundles.ts'

const manifest = (changes: Partial<Manifest> = {}): Manifest => ({
  ...{ format: 1, id: 'a', createdAt: 1, catalogueId: 'here', items: 10, featuresVersion: 1 },
  ...{ dimension: 4, firstDimension: 2, neighbours: 8, seed: 1 },
  metrics: { click: { ne: 0.9, auc: 0.7 }, losses: [3, 2, 1] },
  files: { 'one.onnx': { bytes: 1, sha256: 'a' }, 'two.f32': { bytes: 2, sha256: 'b' } },
  ...changes,
})

it('tells facts, metrics and files apart, and leaves out what is the same', () => {
  const other = manifest({
    ...{ id: 'b', dimension: 8 },
    metrics: { click: { ne: 0.8, auc: 0.7, ece: 0.01 }, losses: [9] },
    files: { 'one.onnx': { bytes: 1, sha256: 'z' }, 'two.f32': { bytes: 2, sha256: 'b' } },
  })
  expect(diffBundles(manifest(), other)).toEqual({
    ...{ a: 'a', b: 'b', facts: ['dimension 4 → 8'] },
    metrics: [
      { metric: 'click.ne', a: 0.9, b: 0.8 },
      { metric: 'click.ece', a: null, b: 0.01 },
    ],
    files: ['one.onnx'],
  })
  expect(diffBundles(manifest(), manifest())).toMatchObject({ facts: [], metrics: [], files: [] })
})

it('does not compare bundles of two catalogues', () => {
  expect(() => diffBundles(manifest(), manifest({ id: 'b', catalogueId: 'there' }))).toThrow(
    expect.objectContaining({ code: 'BUNDLE_FOREIGN' }),
  )
})
