/** Strings that broke something somewhere once. */
const STRINGS = [
  ...[
    '',
    ' ',
    '.',
    '..',
    '../..',
    '/',
    '\\',
    '%',
    '%00',
    '\u0000',
    '\ud800',
    'é',
    '😀',
    '\u202e',
    '\r\nx: y',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'null',
    'true',
    '-1',
    '1e309',
    '0x10',
    'NaN',
    "' or 1=1",
    '${7*7}',
  ],
  ...[
    '{p1}',
    'a'.repeat(65),
    'a'.repeat(5000),
    'xk_x',
    'u1',
    'm1',
    '[object Object]',
    '2026-02-30',
    '0',
  ],
]
const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  1e-320,
  1e21,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 63),
  1.7e308,
  99999999999999,
]

/** Draws of one seed. */
export const mutator = (random: () => number) => {
  const below = (n: number): number => Math.floor(random() * n)
  const one = <T>(of: readonly T[]): T => of[below(of.length)]!
  const chance = (p: number): boolean => random() < p

  const value = (depth = 0): unknown => {
    switch (below(depth > 3 ? 4 : 7)) {
      case 0:
        return one(STRINGS)
      case 1:
        return one(NUMBERS)
      case 2:
        return one([null, true, false])
      case 3:
        return text()
      case 4:
        return Array.from({ length: below(4) }, () => value(depth + 1))
      case 5:
        return Object.fromEntries(
          Array.from({ length: below(4) }, () => [one(STRINGS), value(depth + 1)]),
        )
      default:
        return Array.from({ length: below(40) }, () => one(STRINGS))
    }
  }

  /** Characters of every kind. */
  const text = (): string =>
    String.fromCharCode(
      ...Array.from({ length: below(20) }, () => below(chance(0.7) ? 128 : 65_536)),
    )

  /** A JSON value with some of its parts replaced, left out, doubled or renamed. */
  const json = (given: unknown): unknown => {
    if (chance(0.08)) return value()
    if (Array.isArray(given)) {
      const parts = given.flatMap(part =>
        chance(0.1) ? [] : chance(0.1) ? [part, json(part)] : [json(part)],
      )
      return chance(0.05) ? [...parts, value()] : parts
    }
    if (typeof given !== 'object' || given === null) return chance(0.15) ? value() : given
    const entries = Object.entries(given).flatMap(([name, part]): [string, unknown][] => {
      if (chance(0.08)) return []
      return [[chance(0.05) ? one(STRINGS) : name, json(part)]]
    })
    return Object.fromEntries(chance(0.1) ? [...entries, [one(STRINGS), value()]] : entries)
  }

  /** Bytes with some flipped, cut, put in or doubled. */
  const bytes = (given: Uint8Array): Buffer => {
    let out = Buffer.from(given)
    for (let edits = 1 + below(4); edits > 0; edits--) {
      const at = below(out.length + 1)
      const kind = below(4)
      if (kind === 0 && out.length > 0) out[at % out.length]! ^= 1 << below(8)
      if (kind === 1) out = out.subarray(0, at) as typeof out
      if (kind === 2) {
        const put = Buffer.from(Array.from({ length: 1 + below(8) }, () => below(256)))
        out = Buffer.concat([out.subarray(0, at), put, out.subarray(at)])
      }
      if (kind === 3) out = Buffer.concat([out, out.subarray(at)]).subarray(0, 10_000) as typeof out
    }
    return out
  }

  return {
    below,
    one,
    chance,
    value,
    text,
    json,
    bytes,
    string: () => (chance(0.6) ? one(STRINGS) : text()),
  }
}

export type Mutator = ReturnType<typeof mutator>
