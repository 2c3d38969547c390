import { describe, expect, it } from 'vitest'
import { datasetOf } from '../dataset.ts'
import { bandsOf } from './bands.ts'
import { interactionsOf } from './interactions.ts'
import { measure } from './measure.ts'
import { leaveOneOutTask } from './protocols/leave-one-out.ts'
import { timeTask } from './protocols/time.ts'
import { queriesOf } from './queries.ts'
import { sameForAll } from './scorer.ts'

const items = ['a', 'b', 'c', 'd', 'e'].map(id => ({ id, author: 'x' }))
let n = 0
const event = (
  userId: string,
  itemId: string,
  time: number,
  type: 'click' | 'impression' = 'click',
) => ({ eventId: `${n++}`, userId, itemId, type, time }) as const

describe('queries', () => {
  const early = [event('u', 'a', 1), event('v', 'b', 2), event('u', 'a', 3)]
  const later = [
    event('u', 'a', 10),
    event('u', 'c', 11),
    event('u', 'd', 12, 'impression'),
    event('u', 'c', 12, 'impression'),
    event('v', 'b', 13),
    event('w', 'e', 14),
  ]
  const { catalogue } = datasetOf('test', { items, users: [], events: [] })
  const clicks = new Set(['click'] as const)
  const train = interactionsOf(early, catalogue, clicks)

  it('find what is new to the user, mask what is known, and tell what was passed over', () => {
    expect([...train.item]).toEqual([0, 1])
    const queries = queriesOf(train, later, catalogue, clicks)
    expect(queries.users).toEqual(['u', 'w'])
    expect(queries.truth.map(list => [...list])).toEqual([[2], [4]])
    expect(queries.seen.map(list => [...list])).toEqual([[0], []])
    expect(queries.skipped.map(list => [...list])).toEqual([[3], []])
  })

  it('are measured against the whole pool without what is masked', async () => {
    const queries = queriesOf(train, later, catalogue, clicks)
    // Best first: a (masked for u), d, c, b; e is not in the pool.
    const scorer = sameForAll(Float32Array.of(9, 1, 2, 3, 10))
    const pool = Uint8Array.of(1, 1, 1, 1, 0)
    const { recall, ndcg, hit, skipped, listed, wanted, found } = await measure(
      scorer,
      queries,
      pool,
      [1, 2],
    )
    expect([...recall.get(1)!]).toEqual([0, 0])
    expect([...recall.get(2)!]).toEqual([1, 0])
    expect(ndcg.get(2)![0]).toBeCloseTo(1 / Math.log2(3))
    expect([...hit.get(2)!]).toEqual([1, 0])
    expect([...skipped.get(1)!]).toEqual([1, NaN])
    expect([...listed]).toEqual([1, 2, 2, 2, 0])
    expect([...wanted]).toEqual([0, 0, 1, 0, 1])
    expect([...found]).toEqual([0, 0, 1, 0, 0])
  })
})

describe('a split by time', () => {
  it('trains on the first eight tenths, validates on the ninth, tests on the last', () => {
    const events = Array.from({ length: 100 }, (_, i) =>
      event(`u${i % 5}`, items[Math.floor(i / 20)]!.id, i),
    )
    const task = timeTask(datasetOf('test', { items, users: [], events }), { click: 1 }, ['click'])
    expect(task.cut).toBe(80)
    expect(task.events.length).toBe(80)
    expect([...new Set(task.train.item)]).toEqual([0, 1, 2, 3])
    expect(task.validation.truth.map(list => [...list])).toEqual([[4], [4], [4], [4], [4]])
    expect(task.test.users.length).toBe(5)
  })
})

describe('leave-one-out', () => {
  const events = [
    event('u', 'a', 1),
    event('v', 'a', 1),
    event('u', 'c', 2, 'impression'),
    event('u', 'b', 3),
    event('u', 'c', 4),
    event('u', 'd', 5),
    event('u', 'd', 6, 'impression'),
  ]
  const data = datasetOf('test', { items, users: [], events })

  it('holds out the last two, and all that the user did from then on or to them', () => {
    const task = leaveOneOutTask(data, { click: 1 }, ['click'])
    expect(task.events).toEqual([events[0], events[1], events[3]])
    expect([...task.train.item]).toEqual([0, 0, 1])
    expect(task.test.users).toEqual(['u'])
    expect([...task.validation.truth[0]!]).toEqual([2])
    expect([...task.test.truth[0]!]).toEqual([3])
    expect([...task.test.seen[0]!]).toEqual([0, 1, 2])
    expect(task.learnable.at(-1)).toMatchObject({ itemId: 'c', time: task.cut })
  })

  it('needs users with three positives', () => {
    const few = datasetOf('test', { items, users: [], events: events.slice(0, 4) })
    expect(() => leaveOneOutTask(few, { click: 1 }, ['click'])).toThrow(
      expect.objectContaining({ code: 'TRAIN_DATA' }),
    )
  })
})

it('bands items by the share of positives that they hold', () => {
  // Ten positives: a has five, b three, c two, d none.
  const item = Uint32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 2, 2)
  expect(bandsOf({ item }, 4)).toEqual(['head', 'mid', 'tail', 'cold'])
})
