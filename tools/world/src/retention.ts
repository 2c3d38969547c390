import type { Minds } from './minds.ts'
import type { Parameters } from './parameters.ts'
import type { Population } from './population.ts'
import { normal, type Stream } from './rng.ts'

const DAY = 86_400_000
/** Spread of the logarithm of one gap around the viewer's usual one. */
const GAP_NOISE = 0.7
/** Visits peak at this hour (UTC), by this much of the mean rate. */
const PEAK_HOUR = 20
const SWING = 0.8

/** When a viewer comes back: the more satisfied by recent visits, the sooner. */
export const createRetention = (population: Population, { viewers }: Parameters) => ({
  /** Closes the running visit: updates satisfaction and sets the time of the next one. */
  leave: (minds: Minds, stream: Stream, user: number, time: number): void => {
    const { satisfaction, shown, enjoyed } = minds
    const visit = shown[user]! === 0 ? -1 : enjoyed[user]! / shown[user]!
    satisfaction[user]! += (1 - viewers.memory) * (visit - satisfaction[user]!)
    const pleased = population.responsive[user]! * (satisfaction[user]! - viewers.neutral)
    const logGap =
      population.gap[user]! -
      viewers.loyalty * pleased +
      GAP_NOISE * normal(stream, user, minds.visit[user]!)
    minds.nextAt[user] = afterActive(time, Math.exp(logGap) * DAY)
    minds.visit[user]! += 1
    minds.page[user] = 0
    minds.shown[user] = 0
    minds.enjoyed[user] = 0
  },
})

export type Retention = ReturnType<typeof createRetention>

/**
 * The time at which `gap` has passed since `time` on a clock that runs fast in the evening and
 * slow at night (a time change of a Poisson process).
 */
export const afterActive = (time: number, gap: number): number => {
  const target = activity(time) + gap
  let [low, high] = [time, time + gap + DAY]
  while (high - low > 1000) {
    const middle = (low + high) / 2
    if (activity(middle) < target) low = middle
    else high = middle
  }
  return Math.ceil(high)
}

/** Integral of the rate of visits, which is 1 on average, up to `time`. */
const activity = (time: number): number => {
  const omega = (2 * Math.PI) / DAY
  return time + (SWING / omega) * Math.sin(omega * (time - (PEAK_HOUR / 24) * DAY))
}
