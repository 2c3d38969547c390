import type { Event } from '@explore/explore'
import { describe, expect, it } from 'vitest'
import { rankingBatch } from './batch.ts'
import { plantedLog } from './planted-log.ts'
import { replay } from './replay.ts'
import { type ExampleRequest, streamExamples } from './stream-examples.ts'

const limits = { seen: 4000 }
const { catalogue, events, attributes } = plantedLog({ users: 40, requests: 12 })

async function* batches(log: readonly Event[]): AsyncGenerator<readonly Event[]> {
  for (let at = 0; at < log.length; at += 200) yield log.slice(at, at + 200)
}

const streamed = async (log: readonly Event[]): Promise<ExampleRequest[]> => {
  const requests: ExampleRequest[] = []
  const input = { events: batches(log), catalogue, attributes, limits }
  for await (const request of streamExamples(input)) requests.push(request)
  return requests
}

/** Reactions that name no request, and some that come before their impression. */
const untied = events.map(event =>
  event.type === 'impression' ? event : (({ requestId: _, ...rest }) => rest)(event),
)
const swapped = events.map((event, i) => {
  const other = events[i % 2 === 0 ? i + 1 : i - 1]
  return other?.requestId === event.requestId ? other! : event
})

describe.each([
  ['as they are', events],
  ['untied reactions', untied],
  ['out of order', swapped],
])('streamed examples, %s', (_, log) => {
  it('are those that training learns from, bit by bit', async () => {
    const examples = await replay({ events: [log], catalogue, attributes, limits })
    const requests = await streamed(log)
    const rows = requests.flatMap(request => request.rows.map(row => ({ request, row })))
    expect(rows).toHaveLength(examples.ranking.length)
    const { ranking, viewers } = examples
    const keyOf = (user: string, item: number, time: number) => `${user} ${item} ${time}`
    const byKey = new Map(
      rows.map(({ request, row }) => [keyOf(request.user, row.item, row.time), { request, row }]),
    )
    for (let i = 0; i < ranking.length; i++) {
      const viewer = ranking.viewer[i]
      const key = keyOf(examples.users[viewers.user[viewer]], ranking.item[i], ranking.time[i])
      const { request, row } = byKey.get(key)!
      const batch = rankingBatch(examples, [i])
      expect(request.viewer).toEqual(batch.viewers)
      expect(row.dense).toEqual(batch.candidates.dense)
      expect(row.cross).toEqual(batch.candidates.cross)
      expect([...row.labels]).toEqual([...batch.labels])
    }
  })
})

it('come while the log is read: what is finished is not kept', async () => {
  let read = 0
  const counted = async function* () {
    for await (const batch of batches(events)) {
      read += batch.length
      yield batch
    }
  }
  const reading: number[] = []
  const rows = streamExamples({
    ...{ events: counted(), catalogue, attributes, limits, attributionMs: 3_600_000 },
  })
  while (!(await rows.next()).done) reading.push(read)
  expect(reading[0]).toBeLessThan(events.length / 4)
  expect(reading[Math.floor(reading.length / 2)]).toBeLessThan(events.length * 0.75)
})
