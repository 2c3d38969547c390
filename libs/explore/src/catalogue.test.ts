import { describe, expect, it } from 'vitest'
import {
  Catalogue,
  HIDDEN,
  ITEM_ATTRIBUTES,
  ITEM_TOPICS,
  type ItemRecord,
  NOT_RECOMMENDABLE,
  PLACEHOLDER,
} from './catalogue.ts'
import { authorKey, topicKey } from './hash.ts'
import type { Item } from './types.ts'

const record = (ordinal: number, more: Partial<Item> = {}): ItemRecord => ({
  ordinal,
  id: `i${ordinal}`,
  item: { id: `i${ordinal}`, author: 'a', ...more },
})
const catalogueOf = (...records: ItemRecord[]): Catalogue => {
  const catalogue = new Catalogue()
  catalogue.apply(records, 1)
  return catalogue
}
const rowOf = (catalogue: Catalogue, ordinal: number) => ({
  author: catalogue.authors[ordinal],
  topics: [...catalogue.topics.subarray(ordinal * ITEM_TOPICS, (ordinal + 1) * ITEM_TOPICS)],
  attributes: [
    ...catalogue.attributes.subarray(ordinal * ITEM_ATTRIBUTES, (ordinal + 1) * ITEM_ATTRIBUTES),
  ],
  createdAt: catalogue.createdAt[ordinal],
  duration: catalogue.durations[ordinal],
  risk: catalogue.risks[ordinal],
  flags: catalogue.flags[ordinal],
})

describe('Catalogue', () => {
  it('lays an item out in columns', () => {
    const catalogue = catalogueOf(
      record(0, {
        topics: ['x', 'y'],
        createdAt: 1e12,
        durationMs: 1500,
        attributes: { music: 'm' },
        integrityRisk: 0.5,
      }),
    )
    expect(rowOf(catalogue, 0)).toEqual({
      author: authorKey('a'),
      topics: [topicKey('x'), topicKey('y'), 0, 0],
      attributes: [expect.any(Number), 0, 0, 0],
      createdAt: 1e12,
      duration: 1500,
      risk: 0.5,
      flags: 0,
    })
    expect(catalogue.ordinal('i0')).toBe(0)
    expect(catalogue.id(0)).toBe('i0')
  })

  it('serves what is described and not hidden', () => {
    const catalogue = catalogueOf(
      record(0),
      record(1, { hidden: true }),
      record(2, { recommendable: false }),
      record(3, { hidden: true, recommendable: false }),
      { ordinal: 4, id: 'i4', item: null },
      { ordinal: 5, id: 'i5', item: null, placeholder: true },
    )
    expect([...catalogue.flags.subarray(0, 6)]).toEqual([
      0,
      HIDDEN,
      NOT_RECOMMENDABLE,
      HIDDEN | NOT_RECOMMENDABLE,
      HIDDEN,
      PLACEHOLDER,
    ])
    expect([0, 1, 2, 3, 4, 5, 6].filter(ordinal => catalogue.servable(ordinal))).toEqual([0])
  })

  it('takes the first four topics, and the first four attributes by name', () => {
    const facts = { e: '5', d: '4', c: '3', b: '2', a: '1' }
    const sorted = { a: '1', b: '2', c: '3', d: '4' }
    const catalogue = catalogueOf(
      record(0, { topics: ['1', '2', '3', '4', '5'], attributes: facts }),
      record(1, { attributes: sorted }),
    )
    expect(rowOf(catalogue, 0).topics).toEqual(['1', '2', '3', '4'].map(topicKey))
    expect(rowOf(catalogue, 0).attributes).toEqual(rowOf(catalogue, 1).attributes)
  })

  it('keeps nothing of what an item was', () => {
    const full = { topics: ['x'], attributes: { a: '1' }, createdAt: 1, durationMs: 2 }
    for (const next of [record(0), { ordinal: 0, id: 'i0', item: null }]) {
      const catalogue = catalogueOf(record(0, { ...full, integrityRisk: 1, hidden: true }))
      catalogue.apply([next], 2)
      expect(rowOf(catalogue, 0)).toEqual(rowOf(catalogueOf(next), 0))
      expect(catalogue.version).toBe(2)
      expect(catalogue.size).toBe(1)
    }
  })

  it('grows without losing rows', () => {
    const catalogue = new Catalogue()
    for (let ordinal = 0; ordinal < 5000; ordinal += 100) {
      const records = Array.from({ length: 100 }, (_, i) =>
        record(ordinal + i, { durationMs: ordinal + i, topics: [`t${ordinal + i}`] }),
      )
      catalogue.apply(records, ordinal)
    }
    expect(catalogue.size).toBe(5000)
    for (const ordinal of [0, 1023, 1024, 4999]) {
      expect(catalogue.durations[ordinal]).toBe(ordinal)
      expect(rowOf(catalogue, ordinal).topics[0]).toBe(topicKey(`t${ordinal}`))
      expect(catalogue.id(ordinal)).toBe(`i${ordinal}`)
    }
    expect(() => catalogue.id(5000)).toThrow(RangeError)
  })
})
