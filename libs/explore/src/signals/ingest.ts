import type { Verdict } from '../api.ts'
import { ExploreError } from '../errors.ts'
import type { EventLog } from '../ports.ts'
import type { Event } from '../types.ts'
import { type Judgement, validateEvent } from './verdict/validate-event.ts'

/**
 * Judges rows of any shape and appends the good ones in their order; resolves when they are durable. Sending a batch
 * again is safe: the fold counts an event id once. Throws BODY_TOO_LARGE, or DISK_FULL and then took none.
 */
export const ingest = async (
  log: Pick<EventLog, 'append'>,
  rows: readonly unknown[],
  judgement: Judgement,
): Promise<readonly Verdict[]> => {
  const most = judgement.settings['events.maxBatch']
  if (rows.length > most) {
    throw new ExploreError('BODY_TOO_LARGE', `${rows.length} events; at most ${most} in one batch`)
  }
  const events: Event[] = []
  const verdicts = rows.map((row): Verdict => {
    const judged = validateEvent(row, judgement)
    if ('verdict' in judged) return judged.verdict
    events.push(judged.event)
    return { status: 'accepted', eventId: judged.event.eventId }
  })
  if (events.length > 0) await log.append(events)
  return verdicts
}
