import {
  decodeUserState,
  groupOf,
  HEADS,
  type SecondStage,
  settingsFrom,
  valueWeights,
} from '@explore/explore'
import { expect, it } from 'vitest'
import { plantedLog } from '../examples/planted-log.ts'
import { replay } from '../examples/replay.ts'
import { rankingBatch } from '../examples/batch.ts'
import { secondStageScorer } from '../second-stage/second-stage-scorer.ts'
import { trainSecondStage } from '../second-stage/train-second-stage.ts'
import { denseOfItems } from './dense-of-items.ts'
import { type Asked, teacherOf } from './teacher.ts'

const settings = settingsFrom()

it('values candidates as the value model does, several viewers in one run as one by one', async () => {
  const { catalogue, events, attributes } = plantedLog({ users: 60, requests: 8 })
  const limits = { seen: 100 }
  const examples = await replay({ events: [events], catalogue, attributes, limits, requests: 3 })
  const { model } = await trainSecondStage(examples, { seed: 1, size: 'small', epochs: 1 })
  const secondStage = await secondStageScorer(model)
  const dense = denseOfItems(catalogue, examples.counters, examples.end)
  const teacher = teacherOf(secondStage, { ...examples, dense, settings })
  const asked = examples.requests.map((request): Asked => ({
    ...request,
    state: decodeUserState(request.state),
  }))
  const candidates = [Uint32Array.of(3, 5, 8), Uint32Array.of(), Uint32Array.of(5, 9)]
  const together = await teacher(asked, candidates)
  expect(together.map(values => values.length)).toEqual([3, 0, 2])
  const [alone] = await teacher(asked.slice(2), candidates.slice(2))
  expect(alone).toEqual(together[2])
  expect(together[0]![1]).not.toBe(together[2]![0])
  await secondStage.release()
})

it('weighs heads by the viewer’s group and takes what subtracts away', async () => {
  const { catalogue, events, attributes } = plantedLog({ users: 5, requests: 2 })
  const limits = { seen: 100 }
  const examples = await replay({ events: [events], catalogue, attributes, limits, requests: 1 })
  const dense = denseOfItems(catalogue, examples.counters, examples.end)
  /** P(head) of row r is 0.1 · (head + 1) · (r + 1). */
  const secondStage: SecondStage = {
    predict: (_, { rows }) =>
      Object.fromEntries(
        HEADS.map((head, h) => [
          head,
          Float32Array.from({ length: rows }, (_, row) => 0.1 * (h + 1) * (row + 1)),
        ]),
      ) as Awaited<ReturnType<SecondStage['predict']>>,
  }
  const [request] = examples.requests.map((request): Asked => ({
    ...request,
    state: decodeUserState(request.state),
  }))
  const teacher = teacherOf(secondStage, { ...examples, dense, settings })
  const [values] = await teacher([request!], [Uint32Array.of(1, 2)])
  const weights = valueWeights(settings, groupOf(request!.state.counts, settings))
  const one = HEADS.reduce((sum, head, h) => sum + weights[head] * 0.1 * (h + 1), 0)
  expect(values![0]).toBeCloseTo(one, 3)
  expect(values![1]).toBeCloseTo(2 * one, 3)
  expect(one).toBeLessThan(0)
})

it('sees what the ranker was trained on: pairs of the viewer as of the request', async () => {
  const { catalogue, events, attributes } = plantedLog({ users: 20, requests: 3 })
  const limits = { seen: 100 }
  const examples = await replay({ events: [events], catalogue, attributes, limits, requests: 200 })
  const dense = denseOfItems(catalogue, examples.counters, examples.end)
  let cross: Float32Array | undefined
  const secondStage: SecondStage = {
    predict: (_, candidates) => {
      cross = candidates.cross.slice()
      return Object.fromEntries(
        HEADS.map(head => [head, new Float32Array(candidates.rows)]),
      ) as Awaited<ReturnType<SecondStage['predict']>>
    },
  }
  const teacher = teacherOf(secondStage, { ...examples, dense, settings })
  const row = examples.ranking.length - 1
  const viewer = examples.ranking.viewer[row]!
  const request = examples.requests.find(request => request.viewer === viewer)!
  const asked: Asked = { ...request, state: decodeUserState(request.state) }
  await teacher([asked], [Uint32Array.of(examples.ranking.item[row]!)])
  expect(cross).toEqual(rankingBatch(examples, [row]).candidates.cross)
})
