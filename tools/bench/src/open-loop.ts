import { setTimeout } from 'node:timers/promises'
import type { Metronome } from './metronome.ts'
import { quantile } from './statistics.ts'

const REFUSED_MS = 5

export interface Latencies {
  readonly p50: number
  readonly p99: number
  readonly requests: number
  readonly errors: number
  /** Answers in time, counted from when the request was due. */
  readonly good: number
  /** How late the generator itself sent, 99th percentile: near zero, or the figures are its own. */
  readonly generatorLagP99: number
}

/**
 * Sends at random (Poisson) times that do not wait for answers, and counts latency from the intended time:
 * a stall is charged to every request that it delays (no coordinated omission).
 */
export const openLoop = async (
  send: (turn: number) => Promise<unknown>,
  clock: Pick<Metronome, 'now' | 'until'>,
  {
    perSecond,
    seconds,
    random,
    inTimeMs = Infinity,
  }: { perSecond: number; seconds: number; random: () => number; inTimeMs?: number },
): Promise<Latencies> => {
  const latencies: number[] = []
  const lags: number[] = []
  const pending = new Set<Promise<void>>()
  let errors = 0
  let good = 0
  const start = clock.now()
  let due = start
  for (let turn = 0; due < start + seconds * 1000; turn++) {
    await clock.until(due)
    const intended = due
    lags.push(clock.now() - intended)
    const request: Promise<void> = send(turn)
      .then(() => void (clock.now() - intended <= inTimeMs && good++))
      .catch(() => void errors++)
      .then(() => {
        latencies.push(clock.now() - intended)
        pending.delete(request)
      })
    pending.add(request)
    due += (-Math.log(1 - random()) / perSecond) * 1000
  }
  await Promise.all(pending)
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    requests: latencies.length,
    errors,
    good,
    generatorLagP99: quantile(lags, 0.99),
  }
}

/** Answers per second with `concurrency` callers that each wait for theirs; one who is refused asks again a little later. */
export const closedLoop = async (
  send: (turn: number) => Promise<unknown>,
  now: () => number,
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<{ readonly requests: number; readonly perSecond: number }> => {
  const start = now()
  const end = start + seconds * 1000
  let requests = 0
  let turn = 0
  const caller = async (): Promise<void> => {
    while (now() < end) {
      await send(turn++).then(
        () => requests++,
        () => setTimeout(REFUSED_MS),
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, caller))
  return { requests, perSecond: (requests * 1000) / (now() - start) }
}
