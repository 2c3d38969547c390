import { Catalogue, type Item, type ItemRecord } from '@explore/explore'

/** The time at which tiny worlds are looked at. */
export const TINY_NOW = Date.UTC(2026, 5, 1)

/** Item `ordinal` of `tinyCatalogue`: 7 authors, 5 topics, a new item each minute. */
export const tinyItem = (ordinal: number): Item => ({
  id: `item-${ordinal}`,
  author: `author-${ordinal % 7}`,
  topics: [`topic-${ordinal % 5}`, `topic-${ordinal % 3}`],
  createdAt: Date.UTC(2026, 0, 1) + ordinal * 60_000,
  durationMs: 1000 * (1 + (ordinal % 60)),
  attributes: { format: ordinal % 2 === 0 ? 'video' : 'photo' },
})

/** The record that gives `item` the ordinal. */
export const record = (ordinal: number, item: Item = tinyItem(ordinal)): ItemRecord => ({
  ordinal,
  id: item.id,
  item,
})

/** A catalogue of `size` plain items. */
export const tinyCatalogue = (size: number): Catalogue => {
  const catalogue = new Catalogue()
  catalogue.apply(
    Array.from({ length: size }, (_, ordinal) => record(ordinal)),
    1,
  )
  return catalogue
}
