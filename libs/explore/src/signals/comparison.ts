import type { Catalogue } from '../catalogue.ts'
import { isCompared, type Predictions, readPredictions } from '../pages/predictions.ts'
import type { StateStore } from '../ports.ts'
import type { Settings } from '../settings.ts'
import { type Event, type Head, HEADS } from '../types.ts'

/** By head: the sum of what was predicted of items that were then shown, and on how many of them it happened. */
export interface Compared {
  readonly predicted: Readonly<Record<Head, number>>
  readonly happened: Readonly<Record<Head, number>>
}

/** Pages that are remembered, the last ones: an hour of some hundred pages a second. */
const PAGES = 20_000
/** The bit of an item that was shown; those below are the heads'. */
const SHOWN = 1 << HEADS.length

interface Page extends Predictions {
  /** Of each item, what is known of it. */
  readonly marks: Uint32Array
}

/**
 * Compares what the second stage predicted with what happened, on pages of the sample (setting
 * calibration.share): an item counts once it was shown, a head once for it, whichever event comes first. Nothing waits for it, and
 * what can't be read is not compared.
 */
export const comparison = ({
  state,
  catalogue,
  settings,
  tell = () => {},
}: {
  readonly state: Pick<StateStore, 'get'>
  readonly catalogue: Pick<Catalogue, 'ordinal'>
  readonly settings: () => Settings
  /** Told whenever there is more of it. */
  readonly tell?: () => void
}) => {
  const predicted = zeros()
  const happened = zeros()
  const pages = new Map<string, Page | undefined>()
  let last: Promise<void> = Promise.resolve()

  const pageOf = async (requestId: string): Promise<Page | undefined> => {
    if (pages.has(requestId)) return pages.get(requestId)
    const found = await readPredictions(state, requestId)
    const page = found && { ...found, marks: new Uint32Array(found.items.length) }
    pages.set(requestId, page)
    if (pages.size > PAGES) pages.delete(pages.keys().next().value!)
    return page
  }

  const compare = async ({ requestId, itemId, type }: Event): Promise<void> => {
    const bit = type === 'impression' ? SHOWN : 1 << (HEADS as readonly string[]).indexOf(type)
    const ordinal = itemId === undefined ? undefined : catalogue.ordinal(itemId)
    if (ordinal === undefined) return
    const page = await pageOf(requestId!)
    const row = page === undefined ? -1 : page.items.indexOf(ordinal)
    if (row < 0 || (page!.marks[row]! & bit) !== 0) return
    const before = page!.marks[row]!
    page!.marks[row] = before | bit
    HEADS.forEach((head, i) => {
      if (bit === SHOWN) predicted[head] += page!.probabilities[i * page!.items.length + row]!
      const both = bit === SHOWN ? (before & (1 << i)) !== 0 : bit === 1 << i && before >= SHOWN
      if (both) happened[head]++
    })
  }

  return {
    /** Takes events that were folded. */
    take: (events: readonly Event[]): void => {
      const share = settings()['calibration.share']
      const some = events.filter(
        ({ requestId, type }) =>
          requestId !== undefined &&
          (type === 'impression' || (HEADS as readonly string[]).includes(type)) &&
          isCompared(requestId, share),
      )
      if (some.length === 0) return
      last = last.then(async () => {
        for (const event of some) await compare(event).catch(() => {})
        tell()
      })
    },
    /** As of now: what was taken a moment ago may be missing. */
    compared: (): Compared => ({ predicted: { ...predicted }, happened: { ...happened } }),
  }
}

export type Comparison = ReturnType<typeof comparison>

const zeros = (): Record<Head, number> =>
  Object.fromEntries(HEADS.map(head => [head, 0])) as Record<Head, number>
