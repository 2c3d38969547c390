import type { EventLog } from '@explore/explore'
import { memoryEventLog } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { rankingBatch } from './batch.ts'
import { featuresAt } from './features-at.ts'
import { plantedLog } from './planted-log.ts'
import { replay } from './replay.ts'

const limits = { seen: 4000 }

it('gives, bit by bit, the rows that the trainer learns from', async () => {
  const { catalogue, events, attributes } = plantedLog({ users: 30, requests: 6 })
  const log: EventLog = memoryEventLog()
  await log.append(events)
  const examples = await replay({ events: [events], catalogue, attributes, limits })
  // The first impression of each request: what was known then is what lies before it in the log.
  const firsts = new Map<string, number>()
  events.forEach(({ requestId }, offset) => {
    if (!firsts.has(requestId!)) firsts.set(requestId!, offset)
  })
  const requests = [...firsts.values()].map((offset, row) => {
    const event = events[offset]
    const { surface } = examples.viewers.gather([row])
    const items = Uint32Array.of(catalogue.ordinal(event.itemId!)!)
    return { offset, user: event.userId, surface: surface[0], now: event.time, items, row }
  })
  let compared = 0
  for await (const [request, { viewer, candidates }] of featuresAt(log, requests, {
    ...{ catalogue, attributes, limits },
  })) {
    const row = examples.ranking.viewer.indexOf(request.row)
    const batch = rankingBatch(examples, [row])
    expect(viewer).toEqual(batch.viewers)
    expect(candidates).toEqual(batch.candidates)
    compared++
  }
  expect(compared).toBe(180)
})
