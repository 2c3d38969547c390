import { describe, expect, it } from 'vitest'
import type { EventType } from '@explore/explore'
import { laySequences } from './lay-sequences.ts'

/** Each event as `type item minute`, the last impression at minute 0. */
const laid = (shown: string, types: Readonly<Partial<Record<EventType, string>>>): string[] =>
  laySequences({
    impressions: shown.split(' ').filter(Boolean),
    types: Object.entries(types).map(([type, items]) => [type as EventType, items.split(' ')]),
    lastTime: 1_000_000,
    stepMs: 1_000,
  }).map(({ type, itemId, time }) => `${type} ${itemId} ${(time - 1_000_000) / 1_000}`)

describe('laySequences', () => {
  it('steps back from the last time, and puts what was done after its impression', () => {
    expect(laid('a b c', { click: 'a c', like: 'a' })).toEqual([
      'impression a -2',
      'click a -2',
      'like a -2',
      'impression b -1',
      'impression c 0',
      'click c 0',
    ])
  })

  it('aligns in order: each entry with the latest impression before the next entry', () => {
    expect(laid('a b a b', { like: 'b a' }).filter(event => event.startsWith('like'))).toEqual([
      'like b -2',
      'like a -1',
    ])
    expect(laid('a a a', { like: 'a a' }).filter(event => event.startsWith('like'))).toEqual([
      'like a -1',
      'like a 0',
    ])
  })

  it('lays what is older than all impressions before them, oldest first, without impressions', () => {
    expect(laid('a', { long_view: 'x y a', like: 'z' })).toEqual([
      'long_view x -2',
      'long_view y -1',
      'like z -1',
      'impression a 0',
      'long_view a 0',
    ])
  })

  it('makes skips of what was shown, and no impressions, where reactions are partly unknown', () => {
    const events = laySequences({
      impressions: ['a', 'b'],
      types: [['like', ['b']]],
      lastTime: 2,
      stepMs: 1,
      partial: true,
    })
    expect(events).toEqual([
      { type: 'skip', itemId: 'a', time: 1 },
      { type: 'like', itemId: 'b', time: 2 },
    ])
  })

  it('takes histories of nothing but deeds, and of nothing', () => {
    expect(laid('', { like: 'x y' })).toEqual(['like x -1', 'like y 0'])
    expect(laid('', {})).toEqual([])
  })
})
