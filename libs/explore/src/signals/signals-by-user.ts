import type { Event, Id } from '../types.ts'
import type { Signal } from './fold.ts'
import { FORGET, isForgetMark } from './forget.ts'
import type { ProcessorCounts, ProcessorParts } from './processor.ts'
import { isSound, signalOf } from './signal.ts'

/**
 * The events' signals in the log's order, by user, and FORGET where a mark stands. Names items that were never heard
 * of, where that is allowed.
 */
export const signalsByUser = async (
  events: readonly Event[],
  { profiles, catalogue, settings, now = () => Infinity }: ProcessorParts,
  tally: ProcessorCounts,
): Promise<ReadonlyMap<Id, readonly (Signal | typeof FORGET)[]>> => {
  await profiles.sync(catalogue)
  const latest = now()
  const resolve = (event: Event): Signal | undefined =>
    signalOf(event.time > latest ? { ...event, time: latest } : event, catalogue)
  const signals = events.map(resolve)
  const strangers = events.filter((event, i) => signals[i] === undefined && isSound(event))
  if (strangers.length > 0 && settings['events.unknownItems'] === 'accept') {
    await profiles.reserveItems(strangers.map(event => event.itemId!))
    await profiles.sync(catalogue)
  }
  const byUser = new Map<Id, (Signal | typeof FORGET)[]>()
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!
    const signal = isForgetMark(event) ? FORGET : (signals[i] ?? resolve(event))
    const theirs = byUser.get(event.userId)
    if (signal === undefined) tally[isSound(event) ? 'unknownItem' : 'unsound']++
    else if (theirs === undefined) byUser.set(event.userId, [signal])
    else theirs.push(signal)
  }
  return byUser
}
