import { lmdbProfileStore, openLmdb } from '@explore/adapters'
import { Catalogue, processor, settingsFrom } from '@explore/explore'
import { consume } from './consume.ts'
import { partitionedLog } from './partitioned-log.ts'
import { openPatiently } from './open-patiently.ts'
import type { Order, Report, WorkerOptions } from './orders.ts'
import { believing, careless, forgetful } from './sabotage.ts'
import { traps } from './traps.ts'
import { FOLD_SETTINGS } from './fold-settings.ts'

const options = JSON.parse(process.argv[2]!) as WorkerOptions
const settings = settingsFrom(FOLD_SETTINGS)
const tell = (report: Report): void => void process.send!(report)

const log = partitionedLog(options.log, options.partitions)
const env = openLmdb(options.profiles)
const profiles = lmdbProfileStore(env)
const { sabotage } = options
const trap = traps(tell)

const catalogue = new Catalogue()
const state = openPatiently(options.state)

/** The assignment in force: partitions are let go of when it is another's turn. */
let turn = {}
const take = async (partitions: readonly (readonly [number, number])[]): Promise<void> => {
  const mine = (turn = {})
  const store = trap.around(await state)
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
      trouble: why => tell({ trouble: why && `partition ${partition}: ${why}` }),
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
    trap.set(order)
  } else {
    turn = {}
    // What is under way ends first.
    setTimeout(() => process.exit(0), 50)
  }
})
process.once('disconnect', () => process.exit())
setInterval(() => tell({ alive: true }), 100)
