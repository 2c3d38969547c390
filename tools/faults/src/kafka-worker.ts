import { lmdbProfileStore, openLmdb, runStream } from '@explore/adapters'
import { settingsFrom } from '@explore/explore'
import { goBy } from './broker-ways.ts'
import { FOLD_SETTINGS } from './fold-settings.ts'
import { openPatiently, patiently } from './open-patiently.ts'
import type { Order, Report, WorkerOptions } from './orders.ts'
import { careless } from './sabotage.ts'
import { traps } from './traps.ts'

/** As the product's own main runs it, with traps around its writes. */
const options = JSON.parse(process.argv[2]!) as WorkerOptions
const settings = settingsFrom(FOLD_SETTINGS)
const tell = (report: Report): void => void (process.connected && process.send!(report))
const trap = traps(tell)
process.once('disconnect', () => process.exit())
if (options.ways !== undefined) goBy(options.ways)

const state = trap.around(await openPatiently(options.state))
const env = openLmdb(options.profiles)
const stream = await patiently(() =>
  runStream(options.log, {
    state: options.sabotage === 'no compare-and-set' ? careless(state) : state,
    profiles: lmdbProfileStore(env),
    settings: () => settings,
    now: Date.now,
    sessionMs: 3000,
    problemsOf: part => problem =>
      tell({ trouble: problem && `${part}: ${problem.code}: ${problem.message}` }),
    onFatal: error => {
      tell({ died: `${error.code}: ${error.message}` })
      process.exit(1)
    },
  }),
)
process.on('message', (order: Order) => {
  if ('trap' in order) trap.set(order)
  else if ('leave' in order) void stream.close().finally(() => process.exit())
})
setInterval(() => tell({ alive: true }), 100)
