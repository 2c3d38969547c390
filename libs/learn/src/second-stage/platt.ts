import { logit } from './heads.ts'

/** probability = σ(slope · logit + offset) */
export interface Platt {
  readonly slope: number
  readonly offset: number
}

export const IDENTITY: Platt = { slope: 1, offset: 0 }

/** The prior weighs as much as this many positives: few positives leave the logits nearly as they are. */
const PRIOR = { slope: 20, shift: 5 }

/**
 * Platt scaling (1999) with a normal prior around "no change": maximum a posteriori by Newton's method.
 * The prior is on a shift where the predictions are, not where the logit is 0, which a rare head never sees.
 */
export const fitPlatt = (logits: ArrayLike<number>, labels: ArrayLike<number>): Platt => {
  const rows = logits.length
  if (rows === 0) return IDENTITY
  let mean = 0
  for (let i = 0; i < rows; i++) mean += sigmoid(logits[i]) / rows
  const centre = logit(Math.min(1 - 1e-9, Math.max(1e-9, mean)))

  /** Value, gradient and curvature of the objective. */
  const at = (slope: number, shift: number) => {
    let value = (PRIOR.slope * (slope - 1) ** 2 + PRIOR.shift * shift ** 2) / 2
    let gs = PRIOR.slope * (slope - 1)
    let gb = PRIOR.shift * shift
    let ss = PRIOR.slope
    let sb = 0
    let bb = PRIOR.shift
    for (let i = 0; i < rows; i++) {
      const x = logits[i] - centre
      const z = slope * x + centre + shift
      const p = sigmoid(z)
      value += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - labels[i] * z
      const error = p - labels[i]
      const weight = p * (1 - p)
      gs += error * x
      gb += error
      ss += weight * x * x
      sb += weight * x
      bb += weight
    }
    return { value, gs, gb, ss, sb, bb }
  }

  let slope = 1
  let shift = 0
  let here = at(slope, shift)
  for (let iteration = 0; iteration < 50; iteration++) {
    const determinant = here.ss * here.bb - here.sb ** 2
    const ds = (here.bb * here.gs - here.sb * here.gb) / determinant
    const db = (here.ss * here.gb - here.sb * here.gs) / determinant
    let step = 1
    let next = at(slope - ds, shift - db)
    while (next.value > here.value && step > 1e-6) {
      step /= 2
      next = at(slope - step * ds, shift - step * db)
    }
    if (next.value >= here.value) break
    const gained = here.value - next.value
    slope -= step * ds
    shift -= step * db
    here = next
    if (gained < 1e-10 * Math.abs(here.value)) break
  }
  return { slope, offset: (1 - slope) * centre + shift }
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
