import { runStream } from '@explore/adapters'
import { addressesOf, HOME, homeAt, loadSettings, openStores, problems } from '@explore/embedded'
import { untilStopped } from '@explore/gateway'
import { healthServer } from './health-server.ts'

const {
  EXPLORE_EVENTS = 'kafka://127.0.0.1:9092',
  EXPLORE_HOME = '.explore',
  EXPLORE_HOST = '127.0.0.1',
  EXPLORE_PORT = '8090',
} = process.env

const home = homeAt(EXPLORE_HOME)
const settings = loadSettings(home.settings, process.env)
const found = problems(error => console.error(`stream-processor: ${error.message}`))
const { state, profiles, close } = await openStores(home, {
  ...addressesOf(process.env),
  events: HOME,
})
const stopping = Promise.withResolvers<void>()
const stream = await runStream(EXPLORE_EVENTS, {
  ...{ state, profiles, settings: () => settings, now: Date.now },
  problemsOf: found.of,
  onFatal: error => {
    console.error(`stream-processor: ${error.message}\n  ${error.code}: ${error.hint}`)
    process.exitCode = 1
    stopping.resolve()
  },
})
const health = await healthServer(
  { ...stream, problems: found.messages },
  { host: EXPLORE_HOST, port: Number(EXPLORE_PORT), now: Date.now },
)
console.log(`stream-processor: folding ${EXPLORE_EVENTS.replace(/\/\/.*@/, '//')}, ${health.url}`)
await Promise.race([untilStopped(), stopping.promise])
await health.close()
await stream.close()
await close()
process.exit()
