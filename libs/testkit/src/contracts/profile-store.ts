import {
  Catalogue,
  HIDDEN,
  type Id,
  type Item,
  PLACEHOLDER,
  type ProfileStore,
  randomOf,
} from '@explore/explore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

export interface ProfilesUnderTest {
  readonly profiles: ProfileStore
  /** Another handle on the same store, as another process has it. */
  readonly another: () => Promise<ProfileStore>
  /** Closes every handle and opens the store again. */
  readonly reopen: () => Promise<ProfileStore>
  readonly close: () => Promise<void>
}

/** What every profile store promises; `open` makes an empty one. */
export const profileStoreContract = (
  name: string,
  open: () => Promise<ProfilesUnderTest>,
): void => {
  describe(`profile store: ${name}`, () => {
    let harness: ProfilesUnderTest
    let profiles: ProfileStore
    beforeEach(async () => {
      harness = await open()
      profiles = harness.profiles
    })
    afterEach(() => harness.close())

    const item = (id: Id, more: Partial<Item> = {}): Item => ({ id, author: `by-${id}`, ...more })
    const put = (...ids: Id[]): Promise<void> => profiles.putItems(ids.map(id => item(id)))

    /** What a replica knows, by ordinal. */
    const contents = (replica: Catalogue) =>
      Array.from({ length: replica.size }, (_, ordinal) => ({
        id: replica.id(ordinal),
        flags: replica.flags[ordinal],
        // What a replica kept of an item that is gone is nobody's business.
        author: replica.servable(ordinal) ? replica.authors[ordinal] : undefined,
        duration: replica.servable(ordinal) ? replica.durations[ordinal] : undefined,
      }))
    const replicaOf = async (store: ProfileStore): Promise<Catalogue> => {
      const replica = new Catalogue()
      await store.sync(replica)
      return replica
    }

    it('names the origin of its ordinals, once and for all', async () => {
      const { catalogueId } = profiles
      expect(catalogueId).not.toBe('')
      expect((await harness.another()).catalogueId).toBe(catalogueId)
      expect((await harness.reopen()).catalogueId).toBe(catalogueId)
    })

    describe('items', () => {
      it('come back as they were put, and replaced', async () => {
        const full = item('a', {
          topics: ['x', 'y'],
          createdAt: 1,
          durationMs: 2.5,
          attributes: JSON.parse('{ "__proto__": "1", "constructor": "é" }') as never,
          hidden: true,
          recommendable: false,
          integrityRisk: 0.25,
        })
        await profiles.putItems([full, item('b')])
        expect(await profiles.item('a')).toEqual(full)
        expect(Object.keys((await profiles.item('a'))!.attributes!)).toContain('__proto__')
        await put('a')
        expect(await profiles.item('a')).toEqual(item('a'))
        expect(await profiles.item('c')).toBeUndefined()
        expect(await (await harness.reopen()).item('b')).toEqual(item('b'))
      })

      it('get dense ordinals in the order of their first mention, and keep them', async () => {
        await put('a', 'b')
        await profiles.reserveItems(['c', 'a'])
        await put('b', 'd')
        await profiles.deleteItems(['a'])
        await put('c')
        await put('a')
        const replica = await replicaOf(profiles)
        expect(['a', 'b', 'c', 'd'].map(id => replica.ordinal(id))).toEqual([0, 1, 2, 3])
        expect(replica.size).toBe(4)
        expect([...replica.flags.subarray(0, 4)]).toEqual([0, 0, 0, 0])
      })

      it('may be named twice in a batch: the last counts', async () => {
        await profiles.putItems([item('a', { durationMs: 1 }), item('a', { durationMs: 2 })])
        await profiles.reserveItems(['b', 'b'])
        expect(await profiles.item('a')).toEqual(item('a', { durationMs: 2 }))
        expect((await replicaOf(profiles)).size).toBe(2)
      })

      it('that are reserved or deleted are never served', async () => {
        await put('a', 'b')
        await profiles.reserveItems(['c', 'b'])
        expect(await profiles.deleteItems(['x', 'a', 'c', 'a'])).toEqual(['a'])
        expect(await profiles.deleteItems(['a'])).toEqual([])
        expect(await profiles.item('a')).toBeUndefined()
        expect(await profiles.item('c')).toBeUndefined()
        const replica = await replicaOf(profiles)
        expect([...replica.flags.subarray(0, 3)]).toEqual([HIDDEN, 0, PLACEHOLDER])
      })

      it('stay described when they are reserved at the same time', async () => {
        const other = await harness.another()
        const ids = Array.from({ length: 15 }, (_, i) => `i${i}`)
        for (const id of ids) {
          await Promise.all([put(id), other.reserveItems([id]), profiles.reserveItems([id])])
        }
        for (const id of ids) expect(await other.item(id)).toEqual(item(id))
        expect((await replicaOf(profiles)).size).toBe(15)
      })

      it('are listed in the order of ordinals, without those that are not described', async () => {
        const ids = Array.from({ length: 30 }, (_, i) => `i${i}`)
        await put(...ids)
        await profiles.reserveItems(['r1', 'r2'])
        await profiles.deleteItems(['i3', 'i4', 'i29'])
        const listed: Id[] = []
        for (let after = -1; ;) {
          const page = await profiles.items(after, 10)
          if (page.length === 0) break
          for (const record of page) expect(record.item).toEqual(item(record.id))
          listed.push(...page.map(record => record.id))
          after = page.at(-1)!.ordinal
        }
        expect(listed).toEqual(ids.filter(id => !['i3', 'i4', 'i29'].includes(id)))
      })

      it('get one ordinal each when several handles put them at once', async () => {
        const handles = [profiles, await harness.another(), await harness.another()]
        const ids = Array.from({ length: 50 }, (_, i) => `i${i}`)
        await Promise.all(
          handles.map(async (handle, h) => {
            const own = [...ids.slice(h * 10), ...ids.slice(0, h * 10)]
            for (let at = 0; at < 50; at += 5) {
              const some = own.slice(at, at + 5)
              await (h === 1
                ? handle.reserveItems(some)
                : handle.putItems(some.map(id => item(id))))
            }
          }),
        )
        const replica = await replicaOf(profiles)
        expect(replica.size).toBe(50)
        expect(new Set(ids.map(id => replica.ordinal(id))).size).toBe(50)
      })
    })

    describe('sync', () => {
      it('says which ordinals changed, and nothing when none did', async () => {
        const replica = new Catalogue()
        expect(await profiles.sync(replica)).toEqual([])
        await put('a', 'b', 'c')
        expect([...(await profiles.sync(replica))].toSorted()).toEqual([0, 1, 2])
        expect(await profiles.sync(replica)).toEqual([])
        await put('d')
        await profiles.deleteItems(['b'])
        await put('d')
        const other = await harness.another()
        expect([...(await other.sync(replica))].toSorted()).toEqual([1, 3])
        expect(await profiles.sync(replica)).toEqual([])
        expect(replica.servable(1)).toBe(false)
        expect(replica.servable(3)).toBe(true)
      })

      it('loads a large catalogue whole', async () => {
        const ids = Array.from({ length: 5000 }, (_, i) => `i${i}`)
        await put(...ids)
        const replica = new Catalogue()
        expect((await profiles.sync(replica)).length).toBe(5000)
        expect(ids.every((id, ordinal) => replica.ordinal(id) === ordinal)).toBe(true)
      })

      it('brings a replica to where a new one starts, whenever it is called', async () => {
        const random = randomOf('sync')
        const int = (n: number): number => Math.floor(random() * n)
        const handles = [profiles, await harness.another()]
        const replicas = [new Catalogue(), new Catalogue()]
        const described = new Map<Id, number>()
        const named: Id[] = []
        const name = (id: Id): unknown => named.includes(id) || named.push(id)
        for (let round = 0; round < 120; round++) {
          const store = handles[int(2)]!
          const ids = Array.from({ length: 1 + int(4) }, () => `i${int(40)}`)
          const kind = int(4)
          if (kind < 2) {
            await store.putItems(ids.map(id => item(id, { durationMs: round })))
            for (const id of ids) described.set(id, round)
            ids.forEach(name)
          } else if (kind === 2) {
            await store.reserveItems(ids)
            ids.forEach(name)
          } else {
            const there = new Set(ids.filter(id => described.delete(id)))
            expect(new Set(await store.deleteItems(ids))).toEqual(there)
          }
          if (int(3) === 0) await store.sync(replicas[int(2)]!)
        }
        const fresh = await replicaOf(profiles)
        expect(contents(fresh).map(({ id }) => id)).toEqual(named)
        for (const [ordinal, id] of named.entries()) {
          expect(fresh.servable(ordinal)).toBe(described.has(id))
          if (described.has(id)) expect(fresh.durations[ordinal]).toBe(described.get(id))
        }
        for (const replica of replicas) {
          await profiles.sync(replica)
          expect(contents(replica)).toEqual(contents(fresh))
        }
        expect(contents(await replicaOf(await harness.reopen()))).toEqual(contents(fresh))
      })
    })

    it('keeps users, listed in an order that holds', async () => {
      const users = Array.from({ length: 25 }, (_, i) => ({
        id: `u${i}`,
        attributes: { country: `c${i}` },
      }))
      await profiles.putUsers(users)
      await profiles.putUsers([{ id: 'u3', createdAt: 7 }])
      expect(await profiles.user('u3')).toEqual({ id: 'u3', createdAt: 7 })
      expect(await profiles.user('u4')).toEqual(users[4])
      expect(await profiles.deleteUsers(['u4', 'u99', 'u4'])).toEqual(['u4'])
      expect(await profiles.user('u4')).toBeUndefined()
      const again = await harness.reopen()
      const listed: Id[] = []
      for (;;) {
        const page = await again.users(listed.at(-1), 10)
        if (page.length === 0) break
        listed.push(...page.map(user => user.id))
      }
      const left = users.map(user => user.id).filter(id => id !== 'u4')
      expect(listed.toSorted()).toEqual(left.toSorted())
      expect(listed).toEqual([...new Set(listed)])
    })
  })
}
