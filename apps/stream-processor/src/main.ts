import { exploreErrorOf, homeAt } from '@explore/embedded'
import { untilStopped } from '@explore/gateway'
import { serve } from './serve.ts'

const {
  EXPLORE_EVENTS = 'kafka://127.0.0.1:9092',
  EXPLORE_HOME = '.explore',
  EXPLORE_HOST = '127.0.0.1',
  EXPLORE_PORT = '8090',
} = process.env
/** What has not ended by then is folded again by another. */
const DRAIN = 15_000

try {
  const address = { host: EXPLORE_HOST, port: Number(EXPLORE_PORT) }
  const server = await serve(homeAt(EXPLORE_HOME), EXPLORE_EVENTS, address)
  console.log(`stream-processor: folding ${EXPLORE_EVENTS.replace(/\/\/.*@/, '//')}, ${server.url}`)
  try {
    await Promise.race([untilStopped(), server.failed])
  } finally {
    setTimeout(() => process.exit(), DRAIN).unref()
    await server.close()
  }
} catch (thrown) {
  const { code, message, hint } = exploreErrorOf(thrown)
  console.error(`stream-processor: ${message}\n  ${code}: ${hint}`)
  process.exitCode = 1
}
process.exit()
