import { type Bundle, type Catalogue, HEADS, type Item } from '@explore/explore'
import { afterEach, describe, expect, it } from 'vitest'
import { record, tinyItem } from '../tiny-catalogue.ts'
import { candidatesOf, viewersOf } from '../tiny-features.ts'

/** An open bundle, and the catalogue that it was trained on and covers, which the contract then changes. */
export interface BundleUnderTest {
  readonly bundle: Bundle
  readonly catalogue: Catalogue
}

/** What every bundle promises. `open` gives a new one over some hundred of `tinyItem`s. */
export const bundleContract = (name: string, open: () => Promise<BundleUnderTest>): void => {
  describe(`bundle: ${name}`, () => {
    const closing: Bundle[] = []
    const opened = async () => {
      const { bundle, catalogue } = await open()
      closing.push(bundle)
      const { retriever, items } = bundle
      return {
        ...bundle,
        catalogue,
        items,
        /** Puts items into the catalogue and lets the bundle know. */
        change: async (changes: Readonly<Record<number, Partial<Item>>>) => {
          const ordinals = Object.keys(changes).map(Number)
          const records = ordinals.map(ordinal =>
            record(ordinal, { ...tinyItem(ordinal), ...changes[ordinal] }),
          )
          catalogue.apply(records, catalogue.version + 1)
          await bundle.refresh(ordinals)
        },
        vector: (item: number) => retriever.vectors(Uint32Array.of(item)),
        query: () => retriever.embed(viewersOf(catalogue, [1, 2, 3])),
        found: async (query: Float32Array, k: number) => [
          ...(await retriever.search(query, k)).items,
        ],
      }
    }
    afterEach(async () => {
      for (const bundle of closing.splice(0)) await bundle.close()
    })

    it('embeds viewers as unit vectors, each on its own', async () => {
      const { retriever, catalogue } = await opened()
      const { dimension } = retriever
      const both = await retriever.embed(viewersOf(catalogue, [1, 2, 3], [40, 41]))
      expect(both).toHaveLength(2 * dimension)
      for (const [row, history] of [
        [1, 2, 3],
        [40, 41],
      ].entries()) {
        const vector = both.subarray(row * dimension, (row + 1) * dimension)
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
        expectClose(vector, await retriever.embed(viewersOf(catalogue, history)))
      }
      expect(both.slice(0, dimension)).not.toEqual(both.slice(dimension))
    })

    it('searches the vectors that it gives out', async () => {
      const { retriever, query, items } = await opened()
      const asked = await query()
      const found = await retriever.search(asked, 50)
      expect(found.items).toHaveLength(50)
      expect(new Set(found.items).size).toBe(50)
      expect(Math.max(...found.items)).toBeLessThan(items)
      expect(found.scores).toEqual(found.scores.toSorted().reverse())
      const vectors = retriever.vectors(found.items)
      found.scores.forEach((score, i) => {
        const vector = vectors.subarray(i * retriever.dimension, (i + 1) * retriever.dimension)
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
        expect(dot(asked, vector)).toBeCloseTo(score, 5)
      })
    })

    it('gives neighbours, best first, without the item itself', async () => {
      const { retriever } = await opened()
      for (const item of [0, 33, 99]) {
        const { items, scores } = await retriever.neighbours(item, 5)
        expect(items).toHaveLength(5)
        expect([...items]).not.toContain(item)
        expect(scores).toEqual(scores.toSorted().reverse())
        expect(Math.min(...scores)).toBeGreaterThan(0)
        expect(Math.max(...scores)).toBeLessThanOrEqual(1)
      }
    })

    it('gives zeros for an item that has no vector', async () => {
      const { vector, items, retriever } = await opened()
      expect(vector(items + 5)).toEqual(new Float32Array(retriever.dimension))
      expect((await retriever.neighbours(items + 5, 5)).items).toHaveLength(0)
    })

    it('scores each candidate on its own, in the order asked', async () => {
      const { firstStage, secondStage, catalogue } = await opened()
      const viewer = viewersOf(catalogue, [1, 2, 3])
      const order = [7, 3, 99, 50, 0]
      const light = await firstStage.score(viewer, Uint32Array.from(order))
      const heads = await secondStage.predict(viewer, candidatesOf(catalogue, order, [1, 2, 3]))
      expect(Object.keys(heads).sort()).toEqual([...HEADS].sort())
      expect(new Set(light).size).toBe(order.length)
      for (const [i, item] of order.entries()) {
        expect((await firstStage.score(viewer, Uint32Array.of(item)))[0]).toBeCloseTo(light[i]!, 5)
        const alone = await secondStage.predict(viewer, candidatesOf(catalogue, [item], [1, 2, 3]))
        for (const head of HEADS) {
          expect(heads[head]).toHaveLength(order.length)
          expect(heads[head][i]).toBeGreaterThanOrEqual(0)
          expect(heads[head][i]).toBeLessThanOrEqual(1)
          expect(alone[head][0]).toBeCloseTo(heads[head][i]!, 5)
        }
      }
    })

    it('scores for the viewer that it is given', async () => {
      const { firstStage, catalogue } = await opened()
      const score = (history: number[]) =>
        firstStage.score(viewersOf(catalogue, history), Uint32Array.of(5, 6))
      const [a, b] = [await score([1, 2]), await score([70, 80])]
      expect(a).not.toEqual(b)
      expect(await score([1, 2])).toEqual(a)
    })

    it('takes no candidates for an answer', async () => {
      const { firstStage, secondStage, catalogue } = await opened()
      const viewer = viewersOf(catalogue, [1])
      expect(await firstStage.score(viewer, new Uint32Array(0))).toHaveLength(0)
      const heads = await secondStage.predict(viewer, candidatesOf(catalogue, []))
      for (const head of HEADS) expect(heads[head]).toHaveLength(0)
    })

    it('takes a new item over: found, near, scored', async () => {
      const { items: n, change, vector, found, retriever, ...bundle } = await opened()
      const { catalogue } = bundle
      await change({ [n]: {}, [n + 1]: { topics: ['topic-1'] } })
      expect(Math.hypot(...vector(n))).toBeCloseTo(1, 5)
      expect(await found(vector(n), 1)).toEqual([n])
      const { items } = await retriever.neighbours(n, 5)
      expect(items).toHaveLength(5)
      expect([...items]).not.toContain(n)
      const viewer = viewersOf(catalogue, [1, 2, 3])
      const light = await bundle.firstStage.score(viewer, Uint32Array.of(0, n, n + 1, n + 2))
      expect([...light].map(Number.isFinite)).toEqual([true, true, true, false])
      const heads = await bundle.secondStage.predict(viewer, candidatesOf(catalogue, [n, n + 1]))
      expect([...heads.like].every(p => p >= 0 && p <= 1)).toBe(true)
    })

    it('reads a new item in a history from its content only', async () => {
      const { items: n, change, retriever, catalogue } = await opened()
      await change({ [n]: {}, [n + 1]: { ...tinyItem(n), id: tinyItem(n + 1).id } })
      const [a, b] = await Promise.all(
        [n, n + 1].map(item => retriever.embed(viewersOf(catalogue, [item]))),
      )
      expect(a).toEqual(b)
    })

    it('takes changed content over, and forgets the old vector', async () => {
      const { change, vector, found } = await opened()
      const before = vector(4)
      await change({ 4: { topics: ['quite', 'another'] } })
      expect(vector(4)).not.toEqual(before)
      expect(await found(vector(4), 1)).toEqual([4])
      const all = await found(before, 1000)
      expect(all.filter(item => item === 4)).toEqual([4])
    })

    it('never gives what is hidden, until it is back', async () => {
      const { change, vector, found, retriever, query, items: n } = await opened()
      const asked = await query()
      const best = await found(asked, 20)
      const [near] = (await retriever.neighbours(best[0]!, 1)).items
      await change({ [n]: {} })
      const hidden = [...best, near!, n]
      await change(Object.fromEntries(hidden.map(item => [item, { hidden: true }])))
      const others = await found(asked, 20)
      expect(others).toHaveLength(20)
      expect(others.filter(item => hidden.includes(item))).toEqual([])
      expect([...(await retriever.neighbours(best[0]!, 50)).items]).not.toContain(near)
      expect(await found(vector(n), 1)).not.toEqual([n])
      await change(Object.fromEntries(hidden.map(item => [item, {}])))
      expect(await found(asked, 20)).toEqual(best)
      expect(await found(vector(n), 1)).toEqual([n])
    })

    it('finds nothing where everything is hidden', async () => {
      const { change, found, query, items: n } = await opened()
      const all = Array.from({ length: n }, (_, item) => [item, { recommendable: false }])
      await change(Object.fromEntries(all))
      expect(await found(await query(), 10)).toEqual([])
    })

    it('takes refreshes that overlap', async () => {
      const { change, vector, found, items: n } = await opened()
      await Promise.all([
        change({ [n]: { topics: ['a'] } }),
        change({ [n]: { topics: ['b'] }, [n + 1]: { topics: ['a'] } }),
        change({ [n + 1]: { topics: ['b'] }, [n + 2]: { topics: ['b'] } }),
      ])
      expect(vector(n)).toEqual(vector(n + 1))
      expect(vector(n)).toEqual(vector(n + 2))
      expect((await found(vector(n), 3)).sort()).toEqual([n, n + 1, n + 2])
    })
  })
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

const expectClose = (actual: Float32Array, expected: Float32Array): void => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 5))
}
