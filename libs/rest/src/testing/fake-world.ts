import { hash32, type Id, type Item, type User } from '@explore/explore'

const TOPICS = [
  'ceramics',
  'climbing',
  'jazz',
  'trains',
  'street-food',
  'dogs',
  'astronomy',
  'chess',
]
const FORMATS = ['photo', 'carousel', 'reel']

/** A number in [0, 1) that depends on the text alone. */
export const drawn = (text: string): number => hash32(text) / 2 ** 32

/** `count` items m0 …, with a topic each, sixty authors, an age of up to five days before `now`. */
export const fakeItems = (count: number, now: number): Map<Id, Item> =>
  new Map(
    Array.from({ length: count }, (_, i): [Id, Item] => {
      const id = `m${i}`
      const topic = TOPICS[hash32(`topic ${id}`) % TOPICS.length]!
      return [
        id,
        {
          id,
          author: `a${hash32(`author ${id}`) % 60}`,
          topics: [topic],
          createdAt: now - Math.floor(drawn(`age ${id}`) * 5 * 86_400_000),
          attributes: { format: FORMATS[i % 3]! },
        },
      ]
    }),
  )

export const fakeUsers = (count: number): Map<Id, User> =>
  new Map(
    Array.from({ length: count }, (_, i): [Id, User] => [
      `u${i}`,
      { id: `u${i}`, attributes: { country: i % 2 === 0 ? 'br' : 'de' } },
    ]),
  )
