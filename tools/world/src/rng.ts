/**
 * Counter-based chance: every draw is a pure function of its key, so that it depends neither on
 * how many draws came before nor on which policy ran (Salmon et al., SC 2011; the mixing is
 * MurmurHash3's). This is what makes common random numbers hold between arms.
 */
const mix = (hash: number, word: number): number => {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  hash ^= k
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
}

const finish = (hash: number): number => {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** An independent source of chance, named so that no two parts of the world share one. */
export type Stream = number & { readonly stream: unique symbol }

/** The stream `name` of `seed` (any integer). */
export const streamOf = (seed: number, name: string): Stream => {
  let hash = mix(mix(0x9747b28c, seed | 0), Math.floor(seed / 2 ** 32) | 0)
  for (let at = 0; at < name.length; at++) hash = mix(hash, name.charCodeAt(at))
  return finish(hash) as Stream
}

/** Uniform in (0, 1), by the key (stream, who, when, purpose), each word an integer. */
export const uniform = (stream: Stream, who: number, when = 0, purpose = 0): number =>
  (finish(mix(mix(mix(stream, who), when), purpose)) + 0.5) / 2 ** 32

/** Standard normal by the same key as `uniform`, and increasing in it. */
export const normal = (stream: Stream, who: number, when = 0, purpose = 0): number =>
  normalQuantile(uniform(stream, who, when, purpose))

/** Inverse of the standard normal distribution function; relative error below 1.2e-9 (Acklam 2003). */
export const normalQuantile = (p: number): number => {
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)))
  const q = p - 0.5
  const r = q * q
  const above =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r +
      138.357751867269) *
      r -
      30.66479806614716) *
      r +
    2.506628277459239
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r +
      66.80131188771972) *
      r -
      13.28068155288572) *
      r +
    1
  return (above * q) / below
}

const tail = (q: number): number =>
  (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q -
    2.549732539343734) *
    q +
    4.374664141464968) *
    q +
    2.938163982698783) /
  ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q +
    3.754408661907416) *
    q +
    1)
