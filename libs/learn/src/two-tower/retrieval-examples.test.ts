import { EVENT_TYPES, type EventType } from '@explore/explore'
import { expect, it } from 'vitest'
import { takeTargets, TARGET_WEIGHTS, targetsOf } from './retrieval-examples.ts'

const bits = (...types: EventType[]) =>
  types.reduce((sum, type) => sum | (1 << EVENT_TYPES.indexOf(type)), 0)

const positives = (kinds: readonly number[]) => ({
  viewer: Uint32Array.from(kinds, (_, i) => i),
  item: Uint32Array.from(kinds, (_, i) => 10 + i),
  time: Float64Array.from(kinds, (_, i) => 100 * i),
  kinds: Uint16Array.from(kinds),
})

it('weighs a positive by its strongest kind and drops what weighs nothing', () => {
  const targets = targetsOf(
    positives([bits('click'), bits('click', 'like'), bits('save'), bits('long_view', 'click')]),
    { like: 3, long_view: 1, click: 0, save: 5 },
  )
  expect(Array.from(targets.weight)).toEqual([3, 5, 1])
  expect(Array.from(targets.item)).toEqual([11, 12, 13])
  expect(Array.from(takeTargets(targets, Uint32Array.of(2, 0)).time)).toEqual([300, 100])
})

it('says which events are missing', () => {
  expect(() => targetsOf(positives([]), { like: 3, save: 5 })).toThrow(
    expect.objectContaining({ code: 'TRAIN_DATA', message: expect.stringContaining('like, save') }),
  )
  expect(() => targetsOf(positives([bits('click')]), TARGET_WEIGHTS)).not.toThrow()
})
