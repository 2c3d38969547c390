import type { AbsenceExplanation } from '../api.ts'
import type { Id } from '../types.ts'
import type { Ranking } from './ranking.ts'
import type { Session } from './session.ts'

/** Where to look for an item that the caller expected on a page. */
export interface Whereabouts {
  readonly itemId: Id
  /** undefined where the catalogue does not know the id. */
  readonly ordinal: number | undefined
  /** The filter that refuses it, undefined where none does. */
  readonly refusedBy: string | undefined
  /** As of after the page was served. */
  readonly session: Session
  /** 0-based index of the page. */
  readonly page: number
  /** What was ranked for this page; undefined where an earlier ranking had enough. */
  readonly trace: Ranking['trace']
}

/** Says where an item is: on the page, on another page of the session, refused, or where it left the funnel. */
export const explainAbsence = (where: Whereabouts): AbsenceExplanation => {
  const { itemId, ordinal, refusedBy, session, page, trace } = where
  const steps = (trace?.sightings ?? []).map(({ step, row, reason }) => ({
    step,
    ...(row !== undefined && { rank: row + 1 }),
    ...(reason !== undefined && { reason }),
  }))
  const because = (reason: string, leftAt?: string): AbsenceExplanation => ({
    itemId,
    ...(leftAt !== undefined && { leftAt }),
    reason,
    steps,
  })
  if (ordinal === undefined) {
    return because('the catalogue has no such item: PUT /v1/items/{itemId} first', 'catalogue')
  }
  const at = session.places.findIndex(({ item }) => item === ordinal)
  const from = session.ends[page - 1] ?? 0
  const end = session.ends[page]!
  if (refusedBy !== undefined && (at < 0 || at >= end)) {
    return because(`refused by ${refusedBy}`, 'filter')
  }
  if (at >= end) return because(`ranked ${at + 1}: a later page has it`, 'page')
  if (at >= from) return { ...because('it is on this page'), place: at - from + 1 }
  if (at >= 0) {
    const earlier = session.ends.findIndex(other => at < other)
    return because(`page ${earlier + 1} of this session had it`, 'page')
  }
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
