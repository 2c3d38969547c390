/** The learning rate of a step; steps count from 1. */
export type Schedule = (step: number) => number

export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate

/** Linear from 0 to `peak` over `warmup` steps, then half a cosine to `floor` at `steps`. */
export const warmupCosine =
  ({
    peak,
    warmup,
    steps,
    floor = 0,
  }: {
    readonly peak: number
    readonly warmup: number
    readonly steps: number
    readonly floor?: number
  }): Schedule =>
  step => {
    if (step <= warmup) return (peak * step) / warmup
    const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
    return floor + ((peak - floor) * (1 + Math.cos(Math.PI * done))) / 2
  }
