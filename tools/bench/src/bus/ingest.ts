import { setTimeout as sleep } from 'node:timers/promises'
import { lagOf, type StateStore } from '@explore/explore'
import { closedLoop, openLoop } from '../open-loop.ts'
import type { Metronome } from '../metronome.ts'
import type { Rig } from './rig.ts'

const BATCH = 100
const CALLERS = 4
const WARM_UP = 2

/** Takes events as a gateway does. */
export type Record = (events: readonly object[]) => Promise<unknown>

/** Waits until all that is in the log is folded. */
export const drained = async (rig: Rig, state: StateStore): Promise<void> => {
  while ((await lagOf(rig.log, state)) > 0) await sleep(10)
}

/** Events per second that come in by a gateway and are folded, with as many callers as there can be: all of it counts. */
export const saturation = async (
  rig: Rig,
  state: StateStore,
  record: Record,
  seconds: number,
): Promise<number> => {
  const now = (): number => performance.now()
  const send = (): Promise<unknown> => record(rig.events(BATCH))
  await closedLoop(send, now, { concurrency: CALLERS, seconds: WARM_UP })
  await drained(rig, state)
  const start = now()
  const { requests } = await closedLoop(send, now, { concurrency: CALLERS, seconds })
  await drained(rig, state)
  return (requests * BATCH * 1000) / (now() - start)
}

/** Sends events at a steady rate, in requests of `BATCH`, until it is stopped; then tells what went wrong. */
export const load = (
  rig: Rig,
  record: Record,
  clock: Metronome,
  { perSecond, random }: { readonly perSecond: number; readonly random: () => number },
) => {
  let stopped = false
  const run = async (): Promise<number> => {
    let errors = 0
    while (!stopped) {
      const send = (): Promise<unknown> => record(rig.events(BATCH))
      const part = await openLoop(send, clock, { perSecond: perSecond / BATCH, seconds: 1, random })
      errors += part.errors
    }
    return errors
  }
  const running = run()
  return {
    stop: (): Promise<number> => {
      stopped = true
      return running
    },
  }
}
