import { emptyUserState, encodeUserState, HEADS, randomOf, SOURCES } from '@explore/explore'
import { expect, it } from 'vitest'
import { bytesOf } from '../columns.ts'
import { messageOf } from '../protos.ts'
import { stageProtos } from '../stages/messages.ts'
import { WIRE_COLUMNS } from './wire-columns.ts'
import { wireView } from './wire-view.ts'

const recorded = (name: string, message: object): Buffer =>
  messageOf(stageProtos, `explore.v1.${name}`).serialize(message)

const CALL = {
  ...{ bundle: 'b1', catalogueVersion: 7, nowMs: Date.UTC(2026, 5, 1), seed: 's', explain: true },
  settings: '{"page.limit":5}',
}
const VIEWER = {
  ...{ id: 'u1', state: encodeUserState(emptyUserState()), segment: 'de', surface: 2 },
  ...{ attributes: Buffer.alloc(0), served: Buffer.alloc(0) },
}
const ITEMS = bytesOf(Uint32Array.of(30, 10, 20))
const request = recorded('ScoreRequest', { call: CALL, viewer: VIEWER, items: ITEMS })
const idOf = (item: number) => (item < 25 ? `m${item}` : undefined)

it('tells the circumstances of a request, of the viewer no more than sizes, and its items', () => {
  const { facts, problems, columns, rows } = wireView('ScoreRequest', request)
  expect(facts).toMatchObject({
    ...{ bundle: 'b1', catalogueVersion: 7, nowMs: '2026-06-01T00:00:00.000Z', explain: true },
    ...{ settings: '{"page.limit":5}', 'viewer.id': 'u1', 'viewer.segment': 'de' },
    'viewer.state': expect.stringMatching(/^\d+ bytes: 0 of history, 0 seen$/),
  })
  expect(problems).toEqual([])
  expect({ columns, rows }).toEqual({ columns: ['item'], rows: [[30], [10], [20]] })
})

it('names the items of an answer by its request, and by the catalogue', () => {
  const light = bytesOf(Float32Array.of(0.5, -1, 2))
  const answer = recorded('ScoreResponse', { light })
  expect(wireView('explore.v1.ScoreResponse', answer)).toMatchObject({
    columns: ['light'],
    rows: [[0.5], [-1], [2]],
  })
  const { columns, rows, problems } = wireView('ScoreResponse', answer, { request, idOf })
  expect(columns).toEqual(['item', 'id', 'light'])
  expect(rows).toEqual([
    [30, '?', 0.5],
    [10, 'm10', -1],
    [20, 'm20', 2],
  ])
  expect(problems).toEqual(['items has an ordinal that the catalogue lacks'])
})

it('reads what grpcurl prints and what goes over the wire alike', () => {
  const probabilities = Float32Array.from({ length: 2 * HEADS.length }, (_, i) => i / 64)
  const bytes = recorded('PredictResponse', { probabilities: bytesOf(probabilities) })
  const json = JSON.stringify({
    probabilities: Buffer.from(probabilities.buffer).toString('base64'),
  })
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(bytes.length, 1)
  const view = wireView('PredictResponse', bytes)
  expect(view.columns).toEqual([...HEADS])
  expect(view.rows[1]).toEqual(HEADS.map((_, i) => (2 * i + 1) / 64))
  expect(wireView('PredictResponse', Buffer.from(` ${json}`))).toEqual(view)
  expect(wireView('PredictResponse', Buffer.concat([frame, bytes]))).toEqual(view)
  const snake = Buffer.from('{"call": {"bundle": "b", "catalogue_version": "12"}}')
  expect(wireView('RetrieveRequest', snake).facts).toMatchObject({ catalogueVersion: 12 })
})

it('names sources, and the query that found an item', () => {
  const none = Buffer.alloc(0)
  const retrieved = wireView(
    'RetrieveResponse',
    recorded('RetrieveResponse', {
      items: bytesOf(Uint32Array.of(4)),
      sources: bytesOf(Uint32Array.of(0b101)),
      ...{ mixRank: bytesOf(Uint32Array.of(0)), mixed: bytesOf(Float32Array.of(1)), draw: none },
      trace: '{"rungs":["without fresh"]}',
    }),
  )
  expect(retrieved.rows).toEqual([[4, `${SOURCES[0]}+${SOURCES[2]}`, 0, 1, null]])
  expect(retrieved.facts).toMatchObject({ rungs: 'without fresh', refused: false })
  expect(retrieved.problems).toEqual(['draw has 0 rows, not 1'])
  const found = wireView(
    'SearchResponse',
    recorded('SearchResponse', {
      counts: bytesOf(Uint32Array.of(1, 2)),
      items: bytesOf(Uint32Array.of(5, 6, 7)),
      scores: bytesOf(Float32Array.of(1, 0.5, 0.25)),
    }),
  )
  expect(found.rows.map(([query, item]) => [query, item])).toEqual([
    [0, 5],
    [1, 6],
    [1, 7],
  ])
})

it('says what is wrong with a message, and shows the rest of it', () => {
  const rerank = recorded('RerankResponse', {
    rows: bytesOf(Uint32Array.of(0, 0, 9)),
    value: bytesOf(Float32Array.of(NaN, 1, 2)),
    score: Buffer.alloc(7),
    trace: 'no',
  })
  const { problems, rows } = wireView('RerankResponse', rerank, {
    request: recorded('RerankRequest', { items: ITEMS }),
  })
  expect(problems).toEqual([
    'rows has a row twice',
    'rows has a row that was not asked',
    'value has 1 values that are no numbers',
    'score has 7 bytes, no multiple of 4',
    'score has 1 rows, not 3',
    'scoreRank has 0 rows, not 3',
    'slot has 0 rows, not 3',
    'trace is no account of a run',
  ])
  expect(rows[0]!.slice(0, 3)).toEqual([0, 30, 'NaN'])
  const search = recorded('SearchRequest', { queries: Buffer.alloc(12), dimension: 2, k: 5 })
  expect(wireView('SearchRequest', search)).toMatchObject({
    facts: { dimension: 2, k: 5 },
    problems: ['queries has 3 values, no multiple of the dimension 2', 'call is missing'],
  })
})

it('refuses a message that there is not, and what is no message', () => {
  expect(() => wireView('Moon', request)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  for (const junk of ['{"items": 5', '\x0a\xff', '\x01\x00\x00\x00\x01x']) {
    expect(() => wireView('ScoreResponse', Buffer.from(junk, 'latin1'))).toThrow(
      expect.objectContaining({ code: 'MESSAGE_INVALID' }),
    )
  }
})

it('shows or refuses whatever bytes it is given', () => {
  const random = randomOf('wire')
  const names = Object.keys(WIRE_COLUMNS)
  let shown = 0
  for (let i = 0; i < 3000; i++) {
    const bytes = Buffer.from(request)
    for (let n = 0; n < 4; n++) bytes[Math.floor(random() * bytes.length)] = random() * 256
    try {
      const name = names[i % names.length]!
      JSON.stringify(wireView(name, bytes.subarray(0, random() * bytes.length * 2), { idOf }))
      shown++
    } catch (error) {
      expect(error).toMatchObject({ code: 'MESSAGE_INVALID' })
    }
  }
  expect(shown).toBeGreaterThan(300)
})
