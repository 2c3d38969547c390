import { setTimeout as sleep } from 'node:timers/promises'
import { forgetInSnapshot, openKafka, removeProfileRecord } from '@explore/adapters'
import { ExploreError, forgetMark, type ForgetReport, ID_PATTERN, valuesOf } from '@explore/explore'
import { clockFor } from '../clock.ts'
import { forgetFeatures } from '../features/feature-log.ts'
import type { Home } from '../home.ts'
import { foldLog } from '../jobs/fold-log.ts'
import { listSnapshots } from '../jobs/snapshots.ts'
import { dropTraining } from '../jobs/training-plan.ts'
import { lockTraining } from '../lock.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { addressesOf, type EmbeddedStores, HOME, openStores } from '../stores.ts'

/** How long a stream processor is waited for. */
const PROCESSORS_MS = 30_000

/**
 * Removes all that is held about a user. The log gets a mark first: whatever is cut short after it, a fold of that log
 * has no such user, and the same call again finishes the rest. Safe while everything serves.
 */
export const forgetUser = async (
  home: Home,
  user: string,
  { wall }: { readonly wall: () => number },
  progress: Progress,
): Promise<ForgetReport> => {
  expectId(user)
  const stores = await openStores(home)
  try {
    const { log, state, profiles } = stores
    const [known] = await state.users([user])
    progress('forget', 0.1, 'mark in the log')
    await log.append([forgetMark(user, (await clockFor(log, wall)).now())])
    const ends = await endsOf(stores)
    const profile = (await profiles.deleteUsers([user])).length > 0
    await forgetOnBus(user)
    progress('forget', 0.3, 'state')
    const folded = await foldTo(stores, ends, home, wall)
    const values = await valuesOf(state, user)
    await state.remove(values.map(({ key }) => key))
    progress('forget', 0.5, 'events')
    const events = (await log.erase?.(new Set([user]), ends[0]!)) ?? null
    const loggedPages = await forgetFeatures(home.features, user)
    progress('forget', 0.8, 'snapshots')
    let snapshots = 0
    for (const { path } of await listSnapshots(home)) {
      if (await forgetInSnapshot(path, user)) snapshots++
    }
    const training = await giveUpTraining(home)
    return {
      ...{ user, profile, state: known !== undefined, folded, values: values.length },
      ...{ events, loggedPages, snapshots, training },
    }
  } finally {
    await stores.close()
  }
}

export const expectId = (user: string): void => {
  if (new RegExp(ID_PATTERN).test(user)) return
  throw new ExploreError('ID_INVALID', `${JSON.stringify(user)} is not an id`, { field: 'userId' })
}

const endsOf = ({ log }: EmbeddedStores): Promise<readonly number[]> =>
  Promise.all(Array.from({ length: log.partitions }, async (_, p) => log.end(p)))

/** The topic of users remembers its last record of each until it is told otherwise. */
const forgetOnBus = async (user: string): Promise<void> => {
  const { events: address } = addressesOf(process.env)
  if (address === HOME) return
  const link = await openKafka(address)
  try {
    await removeProfileRecord(link, user)
  } finally {
    await link.close()
  }
}

/** The home's log is folded here; a bus's by stream processors, who alone put aside what is no event. */
const foldTo = async (
  stores: EmbeddedStores,
  ends: readonly number[],
  home: Home,
  wall: () => number,
): Promise<boolean> => {
  if (addressesOf(process.env).events === HOME) {
    await foldLog(stores, loadSettings(home.settings, process.env), () => {})
    return true
  }
  const reached = async (): Promise<boolean> => {
    const marks = await Promise.all(ends.map(async (_, p) => stores.state.watermark(p)))
    return marks.every((mark, p) => mark >= ends[p]!)
  }
  const until = wall() + PROCESSORS_MS
  while (!(await reached())) {
    if (wall() > until) return false
    await sleep(200)
  }
  return true
}

const giveUpTraining = async (home: Home): Promise<ForgetReport['training']> => {
  let lock
  try {
    lock = await lockTraining(home)
  } catch (error) {
    if (error instanceof ExploreError && error.code === 'HOME_IN_USE') return 'under way'
    throw error
  }
  try {
    return dropTraining(home) ? 'given up' : 'none'
  } finally {
    await lock.release()
  }
}
