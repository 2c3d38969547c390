import { randomOf } from '@explore/explore'

/** Where in a batch a processor is hit: anywhere, with the batch folded and not written, or written and not committed. */
export const STAGES = ['anywhere', 'before the write', 'after the write'] as const
export type Stage = (typeof STAGES)[number]

/** What can go wrong, with its weight in a schedule and the longest time that it lasts. */
export const KINDS = {
  'processor killed': { weight: 2, most: 1500 },
  'processor frozen': { weight: 4, most: 4000 },
  'processor leaves': { weight: 1, most: 1500 },
  'join storm': { weight: 0.5, most: 1500 },
  'state killed': { weight: 2, most: 500 },
  'state frozen': { weight: 2, most: 2500 },
  'state emptied': { weight: 1, most: 0 },
  'state cut off': { weight: 2, most: 2500 },
  'state stalled': { weight: 2, most: 2500 },
  'stale write': { weight: 2, most: 0 },
  'broker killed': { weight: 2, most: 4000 },
  'broker frozen': { weight: 2, most: 5000 },
  'rolling restart': { weight: 0.3, most: 0 },
  'log cut off': { weight: 2, most: 4000 },
  'log stalled': { weight: 2, most: 4000 },
  'dead letters away': { weight: 1, most: 3000 },
  'sent twice': { weight: 3, most: 0 },
  'sent out of order': { weight: 2, most: 0 },
  poison: { weight: 2, most: 0 },
} as const satisfies Record<string, { readonly weight: number; readonly most: number }>

export type Kind = keyof typeof KINDS

export interface Fault {
  /** Milliseconds after the round's start, and how long it lasts. */
  readonly at: number
  readonly lasts: number
  readonly kind: Kind
  /** Which processor or node, modulo how many there are. */
  readonly target: number
  readonly stage: Stage
}

/** Mean time between two faults. */
const EVERY = 600
/** Share of its longest time that a fault lasts at least. */
const LEAST = 0.2

/** A round's faults in the order of time: the same for the same seed. */
export const scheduleOf = (
  seed: string,
  { ms, kinds }: { readonly ms: number; readonly kinds: readonly Kind[] },
): readonly Fault[] => {
  const random = randomOf(`schedule ${seed}`)
  const int = (n: number): number => Math.floor(random() * n)
  const weights = kinds.map(kind => KINDS[kind].weight)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const pick = (): Kind => {
    let draw = random() * whole
    return kinds.find((_, i) => (draw -= weights[i]!) < 0) ?? kinds.at(-1)!
  }
  const faults: Fault[] = []
  for (let at = int(EVERY); at < ms; at += 1 + int(2 * EVERY)) {
    const kind = pick()
    const lasts = Math.floor(KINDS[kind].most * (LEAST + random() * (1 - LEAST)))
    faults.push({ at, lasts, kind, target: int(60), stage: STAGES[int(STAGES.length)]! })
  }
  return faults
}

export const describeFault = ({ at, lasts, kind, target, stage }: Fault): string =>
  `${`${at}`.padStart(6)} ms  ${kind} (${target})${kind.startsWith('processor') ? `, ${stage}` : ''}${lasts ? ` for ${lasts} ms` : ''}`
