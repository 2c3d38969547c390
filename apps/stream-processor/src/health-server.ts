import { type Metrics, metricsServer } from '@explore/observe'

/** Without progress for so long, not even a look at an empty topic, it has hung. */
const HUNG = 60_000

export interface Vitals {
  readonly counts: () => unknown
  readonly lastProgress: () => number
  readonly problems: () => readonly string[]
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
}

/** Whether it gets on. An outage that it waits out is no reason to say no. */
export const alive = ({ lastProgress }: Pick<Vitals, 'lastProgress'>, now: number): boolean =>
  now - lastProgress() < HUNG

/**
 * GET /livez: 503 when it has hung; GET /metrics: for Prometheus; GET /readyz and
 * all else: what it has counted, and what troubles it.
 */
export const healthServer = (
  vitals: Vitals,
  { host, port, now }: { readonly host: string; readonly port: number; readonly now: () => number },
): ReturnType<typeof metricsServer> =>
  metricsServer(vitals.metrics, { host, port }, (request, response) => {
    const idleMs = now() - vitals.lastProgress()
    const well = alive(vitals, now())
    const bad = request.url === '/livez' && !well
    response.writeHead(bad ? 503 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        alive: well,
        idleMs,
        ...Object(vitals.counts()),
        problems: vitals.problems(),
      }),
    )
  })
