import { describe, expect, it } from 'vitest'
import type { EventLog } from '../ports.ts'
import { settingsFrom } from '../settings.ts'
import type { Event } from '../types.ts'
import { ingest } from './ingest.ts'

const now = 1_790_000_000_000
const judgement = { settings: settingsFrom({ 'events.maxBatch': 5 }), now, knows: () => true }
const row = (eventId: string) => ({ eventId, userId: 'u', type: 'click', itemId: 'i', time: now })

/** What was appended, or the failure of appending. */
const logOf = (failure?: Error): Pick<EventLog, 'append'> & { readonly batches: Event[][] } => {
  const batches: Event[][] = []
  return {
    batches,
    append: async events => {
      if (failure) throw failure
      batches.push([...events])
    },
  }
}

describe('ingest', () => {
  it('appends the good rows in one batch and gives every row its verdict', async () => {
    const log = logOf()
    const rows = [row('a'), null, row('b'), { ...row('c'), type: 'wink' }, row('a')]
    const verdicts = await ingest(log, rows, judgement)
    expect(log.batches).toEqual([[row('a'), row('b'), row('a')]])
    expect(verdicts).toEqual([
      { status: 'accepted', eventId: 'a' },
      expect.objectContaining({ status: 'rejected', code: 'FIELD_INVALID' }),
      { status: 'accepted', eventId: 'b' },
      expect.objectContaining({ status: 'rejected', field: 'type' }),
      { status: 'accepted', eventId: 'a' },
    ])
  })

  it('appends nothing when no row is good', async () => {
    const log = logOf()
    expect(await ingest(log, [7], judgement)).toHaveLength(1)
    expect(await ingest(log, [], judgement)).toEqual([])
    expect(log.batches).toEqual([])
  })

  it('accepts nothing that is not durable', async () => {
    const full = new Error('no room')
    await expect(ingest(logOf(full), [row('a')], judgement)).rejects.toBe(full)
  })

  it('refuses a batch beyond the setting', async () => {
    const log = logOf()
    const rows = Array.from({ length: 6 }, (_, i) => row(`${i}`))
    await expect(ingest(log, rows, judgement)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
    expect(log.batches).toEqual([])
    expect(await ingest(log, rows.slice(1), judgement)).toHaveLength(5)
  })
})
