import type { EventType, Id, Millis } from '@explore/explore'

interface Laid {
  readonly type: EventType
  readonly itemId: Id
  readonly time: Millis
}

interface Sequences {
  /** What the user was shown, oldest first. */
  readonly impressions: readonly Id[]
  /** What the user did, by type, each oldest first. */
  readonly types: readonly (readonly [type: EventType, items: readonly Id[]])[]
  /** The time of the last impression. */
  readonly lastTime: Millis
  readonly stepMs: Millis
  /** Some reactions are missing: no impressions, and a skip only where no reaction is known. */
  readonly partial?: boolean
}

/**
 * Aligns a list with the impressions, from the newest back: an entry goes with the latest impression
 * of its item that is older than the entry after it. Entries for which there is none come back as
 * `older`, newest first: lists that keep a user's last N each reach back differently far.
 */
const align = (
  impressions: readonly Id[],
  items: readonly Id[],
): { readonly places: ReadonlySet<number>; readonly older: readonly Id[] } => {
  const places = new Set<number>()
  const older: Id[] = []
  let before = impressions.length
  for (const item of items.toReversed()) {
    const place = before === 0 ? -1 : impressions.lastIndexOf(item, before - 1)
    if (place < 0) older.push(item)
    else places.add((before = place))
  }
  return { places, older }
}

/**
 * Lays a history without times on a made-up clock: the last impression at `lastTime`, each earlier
 * one a step before. What was done to an impression has its time and comes right after it; what is
 * older than all impressions goes on stepping back, list by list, without impressions of its own.
 * The events come in time order.
 */
export const laySequences = ({
  impressions,
  types,
  lastTime,
  stepMs,
  partial = false,
}: Sequences): Laid[] => {
  const first = lastTime - (impressions.length - 1) * stepMs
  const aligned = types.map(([type, items]) => ({ type, ...align(impressions, items) }))
  const before = aligned
    .flatMap(({ type, older }) =>
      older.map((itemId, i): Laid => ({ type, itemId, time: first - (i + 1) * stepMs })),
    )
    .sort((a, b) => a.time - b.time)
  const during = impressions.flatMap((itemId, place): Laid[] => {
    const time = first + place * stepMs
    const done = aligned.filter(({ places }) => places.has(place))
    const shown: Laid[] = partial
      ? done.length === 0
        ? [{ type: 'skip', itemId, time }]
        : []
      : [{ type: 'impression', itemId, time }]
    return [...shown, ...done.map(({ type }) => ({ type, itemId, time }))]
  })
  return [...before, ...during]
}
