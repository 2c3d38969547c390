/** A day's curve over the length of a run: from 0.4 of the mean at night to 1.6 by day. */
export const diurnal = (at: number, length: number): number =>
  1 - 0.6 * Math.cos((2 * Math.PI * at) / length)

const MOST = 1.6

/** Random times, as far from each other as `perSecond × shape` says, until `length` milliseconds: a Poisson process, thinned. */
export function* arrivals(
  perSecond: number,
  length: number,
  random: () => number,
  shape = diurnal,
): Generator<number> {
  for (let at = 0; ;) {
    at += (-Math.log(1 - random()) * 1000) / (perSecond * MOST)
    if (at >= length) return
    if (random() * MOST < shape(at, length)) yield at
  }
}
