import {
  COUNTERS,
  type EventLog,
  lagOf,
  type ProfileStore,
  settingsFrom,
  type StateStore,
} from '@explore/explore'
import { foldOf } from '@explore/testkit/oracle'
import { FOLD_SETTINGS } from './fold-settings.ts'

export interface Checked {
  readonly violations: readonly string[]
  readonly events: number
  readonly folded: number
  readonly repeated: number
}

const settings = settingsFrom(FOLD_SETTINGS)

/** Resolves when all of the log is folded, or nothing was for `stuck` milliseconds; returns what is not. */
export const caughtUp = async (
  { log, state }: { readonly log: EventLog; readonly state: StateStore },
  stuck: number,
): Promise<number> => {
  let least = Infinity
  let late = Date.now() + stuck
  for (;;) {
    const lag = await lagOf(log, state).catch(() => Infinity)
    if (lag < least) late = Date.now() + stuck
    least = Math.min(least, lag)
    if (lag === 0 || Date.now() > late) return lag
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** Compares the state at rest with the fold of the log from 0, and the log with what was acknowledged. */
export const check = async (
  stores: { readonly log: EventLog; readonly state: StateStore; readonly profiles: ProfileStore },
  facts: { readonly acknowledged: readonly string[]; readonly committed: readonly number[] },
): Promise<Checked> => {
  const { log, state } = stores
  const violations: string[] = []
  const violated = (what: string, cases: readonly string[]): void => {
    if (cases.length === 0) return
    violations.push(`${what}: ${cases.length}, as ${cases.slice(0, 3).join('; ')}`)
  }
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition)

  const logged = new Set<string>()
  let events = 0
  for (const partition of partitions) {
    for (let at = 0; ;) {
      const batch = await log.read(at, 1000, partition)
      events += batch.events.length
      for (const { eventId } of batch.events) logged.add(eventId)
      if (batch.next <= at) break
      at = batch.next
    }
  }
  violated(
    'acknowledged events that are not in the log',
    facts.acknowledged.filter(id => !logged.has(id)),
  )

  const ahead: string[] = []
  for (const partition of partitions) {
    const watermark = await state.watermark(partition)
    const end = await log.end(partition)
    if (watermark > end) ahead.push(`${partition}: watermark ${watermark}, log ends at ${end}`)
    const committed = facts.committed[partition] ?? 0
    if (committed > watermark)
      ahead.push(`${partition}: committed ${committed}, folded ${watermark}`)
  }
  violated('partitions that claim more than is folded', ahead)

  const oracle = await foldOf(stores, settings, partition => state.watermark(partition))
  const ids = [...oracle.users.keys()]
  const states = await state.users(ids)
  violated(
    'users whose state is not the fold of their events',
    ids.filter((id, i) => !same(states[i], oracle.users.get(id)!)),
  )
  const listed = await state.userIds(undefined, 100_000)
  violated(
    'users that no event made',
    listed.filter(id => !oracle.users.has(id)),
  )
  const items = Uint32Array.from({ length: oracle.items }, (_, i) => i)
  const counters = await state.counters(items)
  violated(
    'counters that are not the sum of the events',
    Array.from(counters.keys())
      .filter(i => !close(counters[i]!, oracle.counters[i] ?? 0))
      .map(i => {
        const [item, field] = [Math.floor(i / COUNTERS), i % COUNTERS]
        return `item ${item}, field ${field}: ${counters[i]}, not ${oracle.counters[i]}`
      }),
  )
  for (const [board, sums] of oracle.boards) {
    const top = await state.top(board, sums.size + 10)
    const wrong = Array.from(top.items, (item, i) => [item, top.scores[i]!] as const)
      .filter(([item, score]) => !close(score, sums.get(item) ?? 0))
      .map(([item, score]) => `item ${item}: ${score}, not ${sums.get(item)}`)
    if (top.items.length !== sums.size) wrong.push(`${top.items.length} members, not ${sums.size}`)
    violated(`scores of ${board} that are not the sum of the votes`, wrong)
  }
  return { violations, events, folded: oracle.folded, repeated: oracle.repeated }
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0

/** Sums may have been added up in another order. */
const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
