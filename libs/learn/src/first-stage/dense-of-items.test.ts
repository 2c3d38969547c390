import {
  CANDIDATE_DENSE,
  candidateFeatures,
  COUNTERS,
  emptyUserState,
  fillCandidate,
} from '@explore/explore'
import { expect, it } from 'vitest'
import { plantedLog } from '../examples/planted-log.ts'
import { replay } from '../examples/replay.ts'
import { denseOfItems } from './dense-of-items.ts'

it('is what serving fills in for the same counters at the same time', async () => {
  const { catalogue, events, attributes } = plantedLog({ users: 20, requests: 4 })
  const { counters, end } = await replay({
    events: [events],
    catalogue,
    attributes,
    limits: { seen: 100 },
  })
  const dense = denseOfItems(catalogue, counters, end)
  expect(dense).toHaveLength(catalogue.size * CANDIDATE_DENSE)
  const served = candidateFeatures(1)
  for (const item of [0, 17, 239]) {
    fillCandidate(served, 0, item, counters, item * COUNTERS, 0, emptyUserState(), end, catalogue)
    const row = dense.subarray(item * CANDIDATE_DENSE, (item + 1) * CANDIDATE_DENSE)
    expect(row).toEqual(served.dense)
  }
})
