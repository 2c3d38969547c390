import { exploreErrorOf, homeAt } from '@explore/embedded'
import { serveStage, stages } from '@explore/fleet'
import { untilStopped } from '@explore/gateway'

const { EXPLORE_HOME = '.explore', EXPLORE_HOST = '127.0.0.1', EXPLORE_PORT } = process.env

try {
  const server = await serveStage(homeAt(EXPLORE_HOME), 'second-stage-mtml', {
    host: EXPLORE_HOST,
    port: Number(EXPLORE_PORT ?? stages['second-stage-mtml'].port),
    environment: process.env,
    wall: Date.now,
    onError: error => console.error(`second-stage-mtml: ${error.message}`),
  })
  console.log(`second-stage-mtml: on ${server.url}`)
  await untilStopped()
  await server.close()
} catch (thrown) {
  const { code, message, hint } = exploreErrorOf(thrown)
  console.error(`second-stage-mtml: ${message}\n  ${code}: ${hint}`)
  process.exitCode = 1
}
process.exit()
