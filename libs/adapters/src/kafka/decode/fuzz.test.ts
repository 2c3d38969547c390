import { ExploreError, settingsFrom } from '@explore/explore'
import type { KafkaMessage } from 'kafkajs'
import { expect, it } from 'vitest'
import { partitionOf } from '../load-kafkajs.ts'
import { mutatedRecords } from '../testing/mutated-records.ts'
import { type DecodedEvent, decodeEvent } from './decode-event.ts'
import { decodeProfile } from './decode-profile.ts'

const COUNT = 12_000
const NOW = Date.UTC(2026, 10, 25)
const PARTITION = partitionOf('u7', 16)

/** What is wrong with what became of a record. */
const offence = (decoded: DecodedEvent): string | undefined => {
  if ('newer' in decoded) return undefined
  if ('event' in decoded) {
    const { userId, time } = decoded.event
    if (partitionOf(userId, 16) !== PARTITION) return `${userId} is misplaced`
    if (!/^[A-Za-z0-9_.:~@-]{1,64}$/.test(userId)) return `${userId} is no id`
    return time > NOW ? `${time} is in the future` : undefined
  }
  if (!(decoded.refused instanceof ExploreError)) return `${decoded.refused}`
  // A bug would be told as what the runtime throws.
  const bug = /undefined|is not a function|Cannot read/.test(decoded.refused.message)
  return bug ? decoded.refused.message : undefined
}

it(`${COUNT} mutated records are accepted by rule, passed over or refused, and none throws`, () => {
  const next = mutatedRecords('fuzz', NOW)
  const place = { partition: PARTITION, partitions: 16, settings: settingsFrom(), now: () => NOW }
  const seen = { event: 0, newer: 0, refused: 0 }
  const offences: string[] = []
  for (let i = 0; i < COUNT; i++) {
    const message = {
      ...next(),
      ...{ offset: `${i}`, timestamp: `${NOW}`, batchContext: { timestampType: 1 } },
    } as unknown as KafkaMessage
    const decoded = decodeEvent(message, place)
    seen['event' in decoded ? 'event' : 'newer' in decoded ? 'newer' : 'refused']++
    const why = offence(decoded)
    if (why !== undefined) offences.push(`${i}: ${why}`)
    for (const kind of ['Item', 'User'] as const) {
      if (Object.keys(decodeProfile(kind, message)).length !== 1) offences.push(`${i}: ${kind}`)
    }
  }
  expect(offences).toEqual([])
  expect(seen.event).toBeGreaterThan(COUNT / 20)
  expect(seen.refused).toBeGreaterThan(COUNT / 2)
})
