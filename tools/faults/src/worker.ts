import { lmdbProfileStore, openLmdb, openRedisState } from '@explore/adapters'
import { Catalogue, processor, settingsFrom, type StateStore } from '@explore/explore'
import { consume } from './consume.ts'
import { partitionedLog } from './partitioned-log.ts'
import { believing, careless, forgetful, type Sabotage } from './sabotage.ts'
import type { Stage } from './schedule.ts'
import { FOLD_SETTINGS } from './fold-settings.ts'

/** What a worker is told at its start. */
export interface WorkerOptions {
  readonly log: string
  readonly partitions: number
  readonly profiles: string
  readonly state: string
  readonly sabotage?: Sabotage
}

/** To a worker: its partitions, each with the committed offset; what to do to itself within the next batch; leave. */
export type Order =
  | { readonly assign: readonly (readonly [partition: number, from: number])[] }
  | { readonly trap: Stage; readonly signal: 'SIGKILL' | 'SIGSTOP'; readonly until: number }
  | { readonly leave: true }

/** From a worker. */
export type Report =
  | { readonly alive: true }
  | { readonly commit: readonly [partition: number, offset: number] }
  | { readonly refused: number }
  | { readonly died: string }

const options = JSON.parse(process.argv[2]!) as WorkerOptions
const settings = settingsFrom(FOLD_SETTINGS)
const tell = (report: Report): void => void process.send!(report)

const log = partitionedLog(options.log, options.partitions)
const env = openLmdb(options.profiles)
const profiles = lmdbProfileStore(env)
const { sabotage } = options
let trap: Extract<Order, { readonly trap: Stage }> | undefined

/** Ends or stops this process where the trap says. */
const passing = (stage: Stage): void => {
  if (trap?.trap !== stage) return
  const { signal, until } = trap
  trap = undefined
  // Else it was hit from outside by now.
  if (Date.now() < until) process.kill(process.pid, signal)
}

/** The store, with the traps around each write, and refusals counted. */
const trapped = (state: StateStore): StateStore => ({
  ...state,
  apply: async write => {
    passing('before the write')
    try {
      await state.apply(write)
    } catch (error) {
      if ((error as { code?: string }).code === 'WATERMARK_MISMATCH') tell({ refused: 1 })
      throw error
    }
    passing('after the write')
  },
})

const opened = async (): Promise<StateStore> => {
  for (;;) {
    try {
      return await openRedisState(options.state)
    } catch {
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}
const catalogue = new Catalogue()
const state = opened()

/** The assignment in force: partitions are let go of when it is another's turn. */
let turn = {}
const take = async (partitions: readonly (readonly [number, number])[]): Promise<void> => {
  const mine = (turn = {})
  const store = trapped(await state)
  const parts = partitions.map(([partition, from]) =>
    consume({
      ...{ log: sabotage === 'no dedup' ? forgetful(log) : log, partition, from, sabotage },
      stream: position =>
        processor({
          ...{ log, profiles, catalogue, settings, partition, cachedUsers: 64 },
          state:
            sabotage === 'no compare-and-set'
              ? careless(store)
              : sabotage === 'commit first'
                ? believing(store, position)
                : store,
        }),
      commit: offset => tell({ commit: [partition, offset] }),
      running: () => mine === turn,
    }),
  )
  await Promise.all(parts)
}

process.on('message', (order: Order) => {
  if ('assign' in order) {
    void take(order.assign).catch((error: unknown) => {
      tell({ died: error instanceof Error ? `${error.stack}` : `${error}` })
      process.exitCode = 1
      process.disconnect()
    })
  } else if ('trap' in order) {
    if (order.trap === 'anywhere') process.kill(process.pid, order.signal)
    else trap = order
  } else {
    turn = {}
    // What is under way ends first.
    setTimeout(() => process.exit(0), 50)
  }
})
process.once('disconnect', () => process.exit())
setInterval(() => tell({ alive: true }), 100)
