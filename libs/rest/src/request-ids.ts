import type { IncomingMessage } from 'node:http'

const GIVEN = /^[A-Za-z0-9_.:~@-]{1,64}$/

/** Ids of HTTP exchanges: the caller's own where it sent a sound one, else start time and number. */
export const requestIds = (
  now: () => number,
): { readonly next: () => string; readonly of: (request: IncomingMessage) => string } => {
  const started = now().toString(36)
  let count = 0
  const next = () => `${started}-${(++count).toString(36)}`
  return {
    next,
    of: request => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && GIVEN.test(given) ? given : next()
    },
  }
}
