import { runStream } from '@explore/adapters'
import {
  addressesOf,
  exploreErrorOf,
  HOME,
  homeAt,
  loadSettings,
  openStores,
  problems,
} from '@explore/embedded'
import { untilStopped } from '@explore/gateway'
import { healthServer } from './health-server.ts'

const {
  EXPLORE_EVENTS = 'kafka://127.0.0.1:9092',
  EXPLORE_HOME = '.explore',
  EXPLORE_HOST = '127.0.0.1',
  EXPLORE_PORT = '8090',
} = process.env

/** What has not ended by then is folded again by another. */
const DRAIN = 15_000

const home = homeAt(EXPLORE_HOME)
const settings = loadSettings(home.settings, process.env)
const found = problems(error => console.error(`stream-processor: ${error.message}`))
const { state, profiles, close } = await openStores(home, {
  ...addressesOf(process.env),
  events: HOME,
})
const stopping = Promise.withResolvers<void>()
const fail = (thrown: unknown): void => {
  const { code, message, hint } = exploreErrorOf(thrown)
  console.error(`stream-processor: ${message}\n  ${code}: ${hint}`)
  process.exitCode = 1
  stopping.resolve()
}
const options = { state, profiles, settings: () => settings, now: Date.now }
const stream = await runStream(EXPLORE_EVENTS, {
  ...options,
  problemsOf: found.of,
  onFatal: fail,
}).catch((thrown: unknown) => {
  fail(thrown)
  process.exit()
})
const health = await healthServer(
  { ...stream, problems: found.messages },
  { host: EXPLORE_HOST, port: Number(EXPLORE_PORT), now: Date.now },
)
console.log(`stream-processor: folding ${EXPLORE_EVENTS.replace(/\/\/.*@/, '//')}, ${health.url}`)
await Promise.race([untilStopped(), stopping.promise])
setTimeout(() => process.exit(), DRAIN).unref()
await health.close()
await stream.close()
await close()
process.exit()
