import { randomOf } from '@explore/explore'
import { expect, it } from 'vitest'
import { leaderboards } from './leaderboards.ts'
import { openLmdb } from './open-lmdb.ts'
import { rankKeys } from './rank-key.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

it('rank keys sort by board, falling score, item, and are read back', () => {
  const { rank, read } = rankKeys()
  const random = randomOf('ranks')
  const scores = Array.from({ length: 500 }, () => (random() - 0.5) * 2 ** (random() * 900 - 450))
  const all = [...scores, 0, 1, -1, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity]
    .flatMap(score => [
      { board: 1, score, item: 7 },
      { board: 1, score, item: 4_000_000_000 },
      { board: 256, score, item: 0 },
    ])
    .map(each => ({ ...each, key: Buffer.from(rank(each.board, each.score, each.item)) }))
  const byKey = all.toSorted((a, b) => a.key.compare(b.key))
  const byValue = all.toSorted((a, b) => a.board - b.board || b.score - a.score || a.item - b.item)
  expect(byKey.map(({ key }) => key)).toEqual(byValue.map(({ key }) => key))
  for (const { key, score, item } of all) expect(read(key)).toEqual({ item, score })
})

it('a board that outgrows its capacity loses its weakest tenth', async () => {
  const env = openLmdb(temporaryFolder())
  const boards = leaderboards(env, 100)
  const add = (board: string, item: number, delta: number) => ({ board, item, delta })
  const others = [add('other', 5, 1), add('a', 1, 1)]
  await env.write(() => boards.add(others))
  for (let item = 0; item < 100; item += 20) {
    const some = Array.from({ length: 20 }, (_, i) =>
      add('b', item + i, 2 ** ((item + i) % 10) + item + i),
    )
    await env.write(() => boards.add(some))
  }
  const before = boards.top('b', 1000)
  expect(before.items.length).toBe(100)
  await env.write(() => boards.add([add('b', 500, 0.5)]))
  env.refresh()
  const after = boards.top('b', 1000)
  expect(after.items).toEqual(before.items.subarray(0, 90))
  expect(after.scores).toEqual(before.scores.subarray(0, 90))
  // Who was dropped comes back with nothing; who stayed goes on.
  const [best] = after.items
  await env.write(() => boards.add([add('b', 500, 1e6), add('b', best!, 1)]))
  env.refresh()
  const { items, scores } = boards.top('b', 2)
  expect([items[0], scores[0], items[1], scores[1]]).toEqual([500, 1e6, best, after.scores[0]! + 1])
  expect(boards.top('other', 9).items).toEqual(Uint32Array.of(5))
  expect(boards.top('a', 9).items).toEqual(Uint32Array.of(1))
  await env.close()
})
