import type { AbsenceExplanation } from '../api.ts'
import type { Id } from '../types.ts'
import type { Place } from './place.ts'
import type { Ranking } from './ranking.ts'
import type { Session } from './session.ts'

/** Where to look for an item that the caller expected on a page. */
export interface Whereabouts {
  readonly itemId: Id
  /** undefined where the catalogue does not know the id. */
  readonly ordinal: number | undefined
  /** The filter that refuses the item whoever ranked it, undefined where none does. */
  readonly unsafe: string | undefined
  /** Whether the viewer has seen it. */
  readonly seen: boolean
  /** The page as it is shown. */
  readonly page: readonly Place[]
  /** 0-based index of the page. */
  readonly index: number
  /** As of after the page was served. */
  readonly session: Session
  /** What was ranked for this page; undefined where an earlier ranking had enough. */
  readonly trace: Ranking['trace']
}

/** Says where an item is: on the page, on another page of the session, refused, or where it left the funnel. */
export const explainAbsence = (where: Whereabouts): AbsenceExplanation => {
  const { itemId, ordinal, unsafe, seen, page, index, session, trace } = where
  const because = (reason: string, leftAt?: string): AbsenceExplanation => ({
    itemId,
    ...(leftAt !== undefined && { leftAt }),
    reason,
    steps: (trace?.sightings ?? []).map(({ step, row, reason }) => ({
      step,
      ...(row !== undefined && { rank: row + 1 }),
      ...(reason !== undefined && { reason }),
    })),
  })
  const placeIn = (places: readonly Place[]): number =>
    places.findIndex(({ item }) => item === ordinal)

  if (ordinal === undefined) {
    return because('the catalogue has no such item: PUT /v1/items/{itemId} first', 'catalogue')
  }
  const here = placeIn(page)
  if (here >= 0) return { ...because('it is on this page'), place: here + 1 }
  if (unsafe !== undefined) return because(`refused by ${unsafe}`, 'filter')
  const at = placeIn(session.places)
  const other = session.ends.findIndex(end => at < end)
  if (at >= 0 && other >= 0) {
    return because(`page ${other + 1} of this session ${other < index ? 'had' : 'has'} it`, 'page')
  }
  if (seen) return because('refused by seen', 'filter')
  if (at >= 0) return because(`ranked ${at + 1}: a later page has it`, 'page')
  return trace === undefined
    ? because('this page was ranked earlier, and that ranking does not hold it', 'session')
    : leftFunnel(trace, because)
}

const leftFunnel = (
  { sightings, steps }: NonNullable<Ranking['trace']>,
  because: (reason: string, leftAt: string) => AbsenceExplanation,
): AbsenceExplanation => {
  const left = sightings.findLastIndex(
    ({ row }, i) => row === undefined && sightings[i - 1]?.row !== undefined,
  )
  const { step, reason } = sightings[Math.max(left, 0)]!
  if (reason !== undefined) return because(reason, step)
  const found = Object.entries(steps[0]?.counts ?? {}).map(([name, n]) => `${name} ${n}`)
  return because(`no source found it (found: ${found.join(', ')})`, step)
}
