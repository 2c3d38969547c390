import { quantile } from './figures.ts'

export interface Latencies {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly requests: number
  readonly errors: number
  /** How late the generator itself sent, 99th percentile: near zero, or the figures are its own. */
  readonly generatorLagP99: number
}

/**
 * Sends at random (Poisson) times that do not wait for answers, and counts latency from the intended time:
 * a stall is charged to every request that it delays (no coordinated omission).
 */
export const openLoop = async (
  send: (turn: number) => Promise<unknown>,
  { perSecond, seconds, random }: { perSecond: number; seconds: number; random: () => number },
): Promise<Latencies> => {
  const latencies: number[] = []
  const lags: number[] = []
  const pending = new Set<Promise<void>>()
  let errors = 0
  const start = performance.now()
  const end = start + seconds * 1000
  let due = start
  for (let turn = 0; due < end; turn++) {
    const wait = due - performance.now()
    if (wait > 1) await new Promise(resolve => setTimeout(resolve, wait - 0.5))
    while (performance.now() < due) await new Promise(resolve => setImmediate(resolve))
    const intended = due
    lags.push(performance.now() - intended)
    const request: Promise<void> = send(turn)
      .catch(() => void errors++)
      .then(() => {
        latencies.push(performance.now() - intended)
        pending.delete(request)
      })
    pending.add(request)
    due += (-Math.log(1 - random()) / perSecond) * 1000
  }
  await Promise.all(pending)
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    p999: quantile(latencies, 0.999),
    requests: latencies.length,
    errors,
    generatorLagP99: quantile(lags, 0.99),
  }
}

/** Requests per second with `concurrency` callers that each wait for their answer. */
export const saturation = async (
  send: (turn: number) => Promise<unknown>,
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<number> => {
  const start = performance.now()
  const end = start + seconds * 1000
  let done = 0
  let turn = 0
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      await send(turn++)
      done++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, caller))
  return (done * 1000) / (performance.now() - start)
}
