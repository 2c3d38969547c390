import { candidateFeatures, viewerFeatures } from '@explore/explore'
import { expect, it } from 'vitest'
import { graph } from '../graph/graph.ts'
import {
  candidateFeeds,
  candidateInputs,
  itemInputs,
  viewerFeeds,
  viewerInputs,
} from './model-inputs.ts'

it('declares an input for every feature and feeds it with as many elements', () => {
  const g = graph()
  viewerInputs(g)
  itemInputs(g)
  candidateInputs(g)
  const viewers = viewerFeatures(3)
  const candidates = candidateFeatures(5)
  const fed = { ...viewerFeeds(viewers), ...candidateFeeds(candidates) }
  expect(Object.keys(fed).sort()).toEqual(g.state.inputs.map(({ name }) => name).sort())
  expect(g.state.inputs).toHaveLength(
    Object.keys(viewers).length + Object.keys(candidates).length - 2,
  )
  for (const { name, dtype, shape } of g.state.inputs) {
    const { data, dims } = fed[name]!
    expect(data).toBeInstanceOf(dtype === 'int32' ? Int32Array : Float32Array)
    const lengths = shape.map(dim => (dim === 'viewers' ? 3 : dim === 'rows' ? 5 : dim))
    expect(dims).toEqual(lengths)
    expect(data).toHaveLength(dims.reduce((a, b) => a * b, 1))
  }
})
