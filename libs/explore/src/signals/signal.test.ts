import { describe, expect, it } from 'vitest'
import { Catalogue } from '../catalogue.ts'
import { authorKey, topicKey } from '../hash.ts'
import type { Event } from '../types.ts'
import { isSound, signalOf } from './signal.ts'

const catalogue = new Catalogue()
catalogue.apply(
  [
    { ordinal: 0, id: 'i0', item: { id: 'i0', author: 'a', topics: ['x', 'y'] } },
    { ordinal: 1, id: 'i1', item: null, placeholder: true },
  ],
  1,
)
const event = (more: Partial<Event> = {}): Event => ({
  eventId: 'e',
  userId: 'u',
  type: 'click',
  itemId: 'i0',
  time: 1e12,
  ...more,
})

describe('signalOf', () => {
  it('names item, author and topics', () => {
    const signal = signalOf(event(), catalogue)!
    expect(signal).toMatchObject({ type: 'click', item: 0, author: authorKey('a'), time: 1e12 })
    expect([...(signal.topics as number[])]).toEqual([topicKey('x'), topicKey('y'), 0, 0])
  })

  it('takes the author from the item, else from the event', () => {
    const of = (more: Partial<Event>) =>
      signalOf(event({ type: 'hide_author', ...more }), catalogue)
    expect(of({ authorId: 'b' })!.author).toBe(authorKey('a'))
    expect(of({ authorId: 'b', itemId: 'i1' })!.author).toBe(authorKey('b'))
    expect(of({ authorId: 'b', itemId: undefined })).toMatchObject({
      item: -1,
      author: authorKey('b'),
      topics: [],
    })
    expect(of({ authorId: 'b', itemId: 'stranger' })).toMatchObject({ item: -1 })
  })

  it('has an id of 45 bits that only the event id decides', () => {
    const idOf = (eventId: string) => signalOf(event({ eventId }), catalogue)!.id
    const ids = Array.from({ length: 5000 }, (_, i) => idOf(`e${i}`))
    expect(new Set(ids).size).toBe(5000)
    // 13 bits above them: of 8,192 values some 3,742 are met.
    expect(new Set(ids.map(id => id >> 32n)).size).toBeGreaterThan(3600)
    expect(ids.every(id => id < 2n ** 45n)).toBe(true)
    expect(new Set(ids.map(id => id & 0xffffffffn)).size).toBeGreaterThan(4990)
    expect(signalOf(event({ time: 5, userId: 'v', itemId: 'i1' }), catalogue)!.id).toBe(idOf('e'))
  })

  it('is undefined for an item without an ordinal', () => {
    expect(signalOf(event({ itemId: 'stranger' }), catalogue)).toBeUndefined()
    expect(isSound(event({ itemId: 'stranger' }))).toBe(true)
  })

  it.each<[string, Partial<Record<keyof Event, unknown>>]>([
    ['no user', { userId: undefined }],
    ['a user that is no id', { userId: 'u/1' }],
    ['no event id', { eventId: undefined }],
    ['an unknown type', { type: 'wink' }],
    ['no type', { type: undefined }],
    ['a type of every object', { type: 'constructor' }],
    ['no time', { time: undefined }],
    ['a time that is none', { time: NaN }],
    ['an endless time', { time: Infinity }],
    ['no item', { itemId: undefined }],
    ['an item that is no id', { itemId: '{}' }],
    ['an item that is no text', { itemId: 7 }],
    ['only an author, but of a click', { itemId: undefined, authorId: 'a' }],
    ['an author that is no id', { type: 'hide_author', itemId: undefined, authorId: '' }],
    ['neither item nor author', { type: 'unhide_author', itemId: undefined }],
  ])('is undefined for an event with %s', (_, more) => {
    const unsound = event(more as Partial<Event>)
    expect(isSound(unsound)).toBe(false)
    expect(signalOf(unsound, catalogue)).toBeUndefined()
  })
})
