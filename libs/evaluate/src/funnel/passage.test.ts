import { Funnel, slateOf } from '@explore/pipeline'
import { expect, it } from 'vitest'
import { watchPassage } from './passage.ts'

it('sees the lists, and the candidates after each step that changed them', async () => {
  const list = Uint32Array.of(4, 8, 15)
  const { observer, passage } = watchPassage()
  await Funnel.retrieve<unknown, {}>(
    [{ name: 'one', find: () => ({ items: list, scores: new Float32Array(3) }) }],
    { shares: () => Uint32Array.of(3), mix: ([found]) => slateOf(found!.items, {}) },
  )
    .lookup({ name: 'score', load: ({ items }) => ({ score: Float32Array.from(items) }) })
    .keep(() => 2, 'score')
    .run({}, { now: 0, seed: '', signal: new AbortController().signal }, { observer })
  expect(passage.lists.get('one')).toEqual(list)
  expect(passage.steps.map(({ step, changed, items }) => [step, changed, ...items])).toEqual([
    ['retrieve', true, 4, 8, 15],
    ['score', false, 4, 8, 15],
    ['keep by score', true, 15, 8],
  ])
})
