/** A seeded stream of random numbers. The same seed and names give the same numbers everywhere. */
export interface Rng {
  /** Uniform in [0, 1), 32 random bits. */
  readonly uniform: () => number
  /** Standard normal (Box-Muller). */
  readonly normal: () => number
  /** Uniform whole number in [0, n). */
  readonly int: (n: number) => number
  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  readonly shuffle: <A extends Shufflable>(items: A) => A
  /** An independent stream that depends on this stream's seed and `name` only, not on what was drawn. */
  readonly fork: (name: string) => Rng
  /** Where the stream stands, to be resumed by `load`. */
  readonly save: () => readonly number[]
  readonly load: (state: readonly number[]) => void
}

interface Shufflable {
  [index: number]: unknown
  readonly length: number
}

/** sfc32 (Doty-Humphrey, PractRand) seeded by a 128-bit hash of the seed. */
export const rng = (seed: number | string): Rng => {
  const key = String(seed)
  let [a, b, c, d] = hash128(key)

  const next = () => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next()

  const uniform = () => next() / 2 ** 32
  const int = (n: number) => Math.floor(uniform() * n)
  return {
    uniform,
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: items => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = int(i + 1)
        const swap = items[i]
        items[i] = items[j]
        items[j] = swap
      }
      return items
    },
    fork: name => rng(`${key}/${name}`),
    save: () => [a, b, c, d],
    load: state => {
      ;[a, b, c, d] = state as [number, number, number, number]
    },
  }
}

/** Four 32-bit words from a string, by four FNV-1a lanes and MurmurHash3's finaliser. */
const hash128 = (text: string): [number, number, number, number] => {
  const lane = (basis: number) => {
    let h = basis
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return (h ^ (h >>> 16)) | 0
  }
  return [lane(0x811c9dc5), lane(0x9e3779b9), lane(0x243f6a88), lane(0xb7e15162)]
}
