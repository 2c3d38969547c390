import { COUNTERS, field, ITEM_TOPICS } from '@explore/explore'
import { expect, it } from 'vitest'
import { contentRates } from './content-rate.ts'

/** Items by [author, topic, impressions, clicks]; the last three are new. */
const ITEMS = [
  [1, 7, 1000, 500],
  [2, 7, 1000, 100],
  [3, 8, 1000, 0],
  [1, 8, 0, 0],
  [9, 7, 0, 0],
  [9, 5, 0, 0],
] as const
const KNOWN = 3

const counters = new Float64Array(ITEMS.length * COUNTERS)
const topics = new Uint16Array(ITEMS.length * ITEM_TOPICS)
ITEMS.forEach(([, topic, shown, clicked], item) => {
  topics[item * ITEM_TOPICS] = topic
  counters[item * COUNTERS + field('impressions')] = shown
  counters[item * COUNTERS + field('clicks')] = clicked
})
const authors = Uint32Array.from(ITEMS, ([author]) => author)

it('knows a new item by its author, else by its topic, else as any', () => {
  const rates = contentRates({ authors, topics, size: ITEMS.length }, counters, KNOWN)
  const all = 600 / 3000
  const seven = (600 + 50 * all) / 2050
  const eight = (50 * all) / 1050
  expect(rates[3]).toBeCloseTo((500 + 50 * eight) / 1050, 6)
  expect(rates[4]).toBeCloseTo(seven, 6)
  expect(rates[5]).toBeCloseTo(all, 6)
})

it('counts nothing of new items', () => {
  const later = counters.slice()
  later[4 * COUNTERS + field('impressions')] = 1000
  later[4 * COUNTERS + field('clicks')] = 1000
  const given = { authors, topics, size: ITEMS.length }
  expect(contentRates(given, later, KNOWN)).toEqual(contentRates(given, counters, KNOWN))
})
