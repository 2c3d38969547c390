import { describe, expect, it } from 'vitest'
import { randomOf } from '../../random.ts'
import { settingsFrom } from '../../settings.ts'
import { EVENT_TYPES } from '../../types.ts'
import { type Judgement, validateEvent } from './validate-event.ts'

const now = Date.UTC(2026, 10, 23)
const DAY = 86_400_000
const judgement: Judgement = { settings: settingsFrom(), now, knows: id => id.startsWith('i') }
const strict = { ...judgement, settings: settingsFrom({ 'events.unknownItems': 'reject' }) }

const row = { eventId: 'e1', userId: 'u1', type: 'click', itemId: 'i1', time: now - 5 }
const accepted = (more: Record<string, unknown> = {}, by = judgement) => {
  const judged = validateEvent({ ...row, ...more }, by)
  if ('verdict' in judged) throw new Error(JSON.stringify(judged.verdict))
  return judged.event
}
const rejected = (more: Record<string, unknown>, by = judgement) => {
  const judged = validateEvent({ ...row, ...more }, by)
  return 'verdict' in judged ? judged.verdict : judged.event
}

describe('validateEvent accepts', () => {
  it('an event with all its fields, and ignores others', () => {
    const full = { ...row, requestId: 'r', position: 0, surface: 's', playMs: 12.5, authorId: 'a' }
    const others = JSON.parse('{ "__proto__": { "userId": "x" }, "constructor": 1, "device": {} }')
    expect(accepted({ ...full, ...others })).toStrictEqual(full)
  })

  it('every type', () => {
    for (const type of EVENT_TYPES) expect(accepted({ type }).type).toBe(type)
  })

  it('null for a field that may be left out', () => {
    const none = { requestId: null, position: null, surface: null, playMs: null, authorId: null }
    expect(accepted(none)).toEqual(row)
  })

  it('an author instead of an item, to hide or show them', () => {
    const author = { itemId: undefined, authorId: 'a1' }
    expect(accepted({ ...author, type: 'hide_author' })).toMatchObject({ authorId: 'a1' })
    expect(accepted({ ...author, type: 'unhide_author' }, strict).itemId).toBeUndefined()
    expect(rejected({ ...author, type: 'click' })).toMatchObject({ field: 'itemId' })
    expect(rejected({ type: 'hide_author', itemId: null })).toMatchObject({ field: 'itemId' })
  })

  it('a time as a number, as a text, or as now', () => {
    expect(accepted({ time: now - 1.5 }).time).toBe(now - 2)
    expect(accepted({ time: '2026-11-22T12:00:00Z' }).time).toBe(now - DAY / 2)
    expect(accepted({ time: undefined }).time).toBe(now)
    expect(accepted({ time: null }).time).toBe(now)
  })

  it('a time of the tolerated future, as now', () => {
    expect(accepted({ time: now + 300_000 }).time).toBe(now)
    expect(rejected({ time: now + 300_001 })).toMatchObject({ code: 'FIELD_INVALID' })
  })

  it('an item never described, unless the setting refuses it', () => {
    expect(accepted({ itemId: 'stranger' }).itemId).toBe('stranger')
    expect(accepted({ itemId: 'i9' }, strict).itemId).toBe('i9')
    expect(rejected({ itemId: 'stranger' }, strict)).toMatchObject({
      status: 'rejected',
      code: 'ITEM_UNKNOWN',
      field: 'itemId',
    })
  })
})

describe('the id of an event without one', () => {
  const idOf = (more: Record<string, unknown> = {}, by = judgement) =>
    accepted({ eventId: undefined, ...more }, by).eventId

  it('is the same when it is sent again', () => {
    expect(idOf()).toMatch(/^[0-9a-f]{32}$/)
    expect(idOf({}, { ...judgement, now: now + 9999 })).toBe(idOf())
    // Clamped to another now, it still is the same event.
    const ahead = { time: now + 1000 }
    expect(idOf(ahead, { ...judgement, now: now + 500 })).toBe(idOf(ahead))
    expect(idOf({ time: new Date(row.time).toISOString() })).toBe(idOf())
  })

  it('is another for another event', () => {
    const others = [
      {},
      { userId: 'u2' },
      { type: 'like' },
      { itemId: 'i2' },
      { authorId: 'a' },
      { time: row.time + 1 },
      { requestId: 'r' },
    ]
    expect(new Set(others.map(more => idOf(more))).size).toBe(others.length)
  })
})

describe('validateEvent refuses', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['FIELD_INVALID', 'userId', { userId: undefined }],
    ['FIELD_INVALID', 'userId', { userId: null }],
    ['ID_INVALID', 'userId', { userId: '' }],
    ['ID_INVALID', 'userId', { userId: 7 }],
    ['ID_INVALID', 'userId', { userId: 'a/b' }],
    ['ID_INVALID', 'userId', { userId: 'é' }],
    ['ID_INVALID', 'userId', { userId: 'u1\n' }],
    ['ID_INVALID', 'userId', { userId: 'u'.repeat(65) }],
    ['ID_INVALID', 'userId', { userId: 'u'.repeat(5_000_000) }],
    ['ID_INVALID', 'userId', { userId: ['u1'] }],
    ['ID_INVALID', 'userId', { userId: { toString: () => 'u1' } }],
    ['FIELD_INVALID', 'type', { type: undefined }],
    ['FIELD_INVALID', 'type', { type: 'wink' }],
    ['FIELD_INVALID', 'type', { type: '__proto__' }],
    ['FIELD_INVALID', 'type', { type: 0 }],
    ['FIELD_INVALID', 'itemId', { itemId: undefined }],
    ['ID_INVALID', 'itemId', { itemId: '{i}' }],
    ['ID_INVALID', 'authorId', { authorId: 'a b' }],
    ['ID_INVALID', 'authorId', { type: 'hide_author', itemId: undefined, authorId: '' }],
    ['FIELD_INVALID', 'time', { time: NaN }],
    ['FIELD_INVALID', 'time', { time: -Infinity }],
    ['FIELD_INVALID', 'time', { time: 'yesterday' }],
    ['FIELD_INVALID', 'time', { time: '2026-02-30' }],
    ['FIELD_INVALID', 'time', { time: true }],
    ['FIELD_INVALID', 'time', { time: now + DAY }],
    ['FIELD_INVALID', 'time', { time: now * 1000 }],
    ['FIELD_INVALID', 'time', { time: now - 3651 * DAY }],
    ['FIELD_INVALID', 'time', { time: 0 }],
    ['FIELD_INVALID', 'time', { time: -5 }],
    ['FIELD_INVALID', 'eventId', { eventId: '' }],
    ['FIELD_INVALID', 'eventId', { eventId: 'e'.repeat(65) }],
    ['FIELD_INVALID', 'eventId', { eventId: 'a\u0000b' }],
    ['FIELD_INVALID', 'eventId', { eventId: '\ud800' }],
    ['FIELD_INVALID', 'eventId', { eventId: 5 }],
    ['FIELD_INVALID', 'requestId', { requestId: 'r'.repeat(65) }],
    ['FIELD_INVALID', 'surface', { surface: {} }],
    ['FIELD_INVALID', 'position', { position: -1 }],
    ['FIELD_INVALID', 'position', { position: 1.5 }],
    ['FIELD_INVALID', 'position', { position: 1e9 }],
    ['FIELD_INVALID', 'position', { position: '3' }],
    ['FIELD_INVALID', 'playMs', { playMs: -0.1 }],
    ['FIELD_INVALID', 'playMs', { playMs: NaN }],
    ['FIELD_INVALID', 'playMs', { playMs: DAY + 1 }],
  ])('%s of %s', (code, field, more) => {
    const verdict = rejected(more)
    expect(verdict).toMatchObject({ status: 'rejected', code, field })
    expect(verdict).toHaveProperty('hint', expect.stringMatching(/./))
    expect(JSON.stringify(verdict).length).toBeLessThan(500)
  })

  it('says so when a time looks like seconds', () => {
    expect(rejected({ time: now / 1000 })).toHaveProperty(
      'message',
      expect.stringMatching(/seconds/),
    )
    expect(rejected({ time: -1 })).not.toHaveProperty('message', expect.stringMatching(/seconds/))
  })

  it.each([null, undefined, 7, 'event', true, [], [row], 5n, Symbol('s'), () => row])(
    'what is no object: %s',
    value => {
      expect(validateEvent(value, judgement)).toMatchObject({ verdict: { code: 'FIELD_INVALID' } })
    },
  )

  it('what only inherits its fields', () => {
    const judged = validateEvent(Object.create(row), judgement)
    expect(judged).toMatchObject({ verdict: { field: 'userId' } })
    const bare = Object.assign(Object.create(null), row)
    expect(validateEvent(bare, judgement)).toEqual({ event: row })
  })

  it('anything else without throwing', () => {
    const random = randomOf('rows')
    const values: unknown[] = [null, '', 'u1', 'i1', 0, -1, NaN, Infinity, now, true, [], {}, 5n]
    values.push(Symbol('s'), () => 1, new Date(now), JSON.parse('{"__proto__":1}'), 'x'.repeat(1e5))
    const any = (): unknown => values[Math.floor(random() * values.length)]
    let events = 0
    for (let i = 0; i < 20_000; i++) {
      const some = Object.fromEntries(
        [
          'eventId',
          'userId',
          'type',
          'itemId',
          'authorId',
          'time',
          'requestId',
          'position',
          'surface',
          'playMs',
        ]
          .filter(() => random() < 0.2)
          .map(name => [name, any()]),
      )
      const judged = validateEvent({ ...row, ...some }, judgement)
      if ('event' in judged) events++
      else expect(judged.verdict.status).toBe('rejected')
    }
    expect(events).toBeGreaterThan(1000)
  })
})
