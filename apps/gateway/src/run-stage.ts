import { exploreErrorOf, homeAt } from '@explore/embedded'
import { serveStage, stages } from '@explore/fleet'
import { untilStopped } from './until-stopped.ts'

/** A stage's whole process: serves it by the environment until it is told to stop, drains, and ends. */
export const runStage = async (name: keyof typeof stages): Promise<never> => {
  const { EXPLORE_HOME = '.explore', EXPLORE_HOST = '127.0.0.1', EXPLORE_PORT } = process.env
  try {
    const server = await serveStage(homeAt(EXPLORE_HOME), name, {
      host: EXPLORE_HOST,
      port: Number(EXPLORE_PORT ?? stages[name].port),
      environment: process.env,
      wall: Date.now,
      onError: error => console.error(`${name}: ${error.message}`),
    })
    console.log(`${name}: on ${server.url}`)
    await untilStopped()
    await server.close()
  } catch (thrown) {
    const { code, message, hint } = exploreErrorOf(thrown)
    console.error(`${name}: ${message}\n  ${code}: ${hint}`)
    process.exitCode = 1
  }
  return process.exit()
}
