import { isDeepStrictEqual } from 'node:util'
import { type EventLog, ExploreError, type ProfileStore, type Settings } from '@explore/explore'
import { checkSnapshot, type SnapshotHead } from './snapshot-file.ts'

/** A snapshot's head where the log can be folded on from it; throws STATE_BROKEN or LOG_TRUNCATED where it can't. */
export const usableSnapshot = async (
  path: string,
  {
    log,
    profiles,
    settings,
  }: {
    readonly log: Pick<EventLog, 'partitions' | 'end'>
    readonly profiles: Pick<ProfileStore, 'catalogueId'>
    readonly settings: Settings
  },
): Promise<SnapshotHead> => {
  const head = await checkSnapshot(path)
  const refuse = (code: 'STATE_BROKEN' | 'LOG_TRUNCATED', why: string): never => {
    throw new ExploreError(code, `the snapshot ${path} cannot be used: ${why}`, {
      hint: 'take another snapshot, or fold the log from its start',
    })
  }
  if (head.catalogueId !== profiles.catalogueId) {
    refuse('STATE_BROKEN', 'its numbers are by another catalogue')
  }
  if (head.watermarks.length !== log.partitions) {
    const count = head.watermarks.length
    refuse('STATE_BROKEN', `it is of ${count} partitions, the log has ${log.partitions}`)
  }
  if (!isDeepStrictEqual(head.fold, foldSettings(settings))) {
    refuse('STATE_BROKEN', `it was folded with ${JSON.stringify(head.fold)}`)
  }
  for (const [partition, watermark] of head.watermarks.entries()) {
    const end = await log.end(partition)
    if (watermark <= end) continue
    refuse('LOG_TRUNCATED', `partition ${partition} is folded up to ${watermark}, ends at ${end}`)
  }
  return head
}

/** What decides what the fold makes of a log. */
export const foldSettings = (settings: Settings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(FOLD_SETTINGS.map(name => [name, settings[name]]))

const FOLD_SETTINGS = [
  'state.seen',
  'events.unknownItems',
  'events.futureMs',
  'events.maxAgeDays',
] as const satisfies (keyof Settings)[]
