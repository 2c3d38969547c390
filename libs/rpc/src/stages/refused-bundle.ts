import { AsyncLocalStorage } from 'node:async_hooks'
import { type ErrorCode, ExploreError } from '@explore/explore'

/** By these a service says that it can't answer by the bundle that it was asked for. */
const REFUSED: ReadonlySet<ErrorCode> = new Set(['BUNDLE_OTHER', 'BUNDLE_MISSING'])

const requests = new AsyncLocalStorage<{ refused: boolean }>()

/**
 * Does one request's work; `refused`: some service that it asked does not hold the request's bundle. Whoever called it may
 * have had something stand in for the stage, and told nobody.
 */
export const noticing = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly made: T; readonly refused: boolean }> => {
  const request = { refused: false }
  const made = await requests.run(request, work)
  return { made, refused: request.refused }
}

/** Notes for the request under way that its bundle was refused. */
export const noticeRefusal = (): void => {
  const request = requests.getStore()
  if (request) request.refused = true
}

/** Notes what a call failed with, where that is a refusal, and fails with it. */
export const noticed = (error: unknown): never => {
  if (error instanceof ExploreError && REFUSED.has(error.code)) noticeRefusal()
  throw error
}
