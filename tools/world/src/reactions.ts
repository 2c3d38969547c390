import { LOGGED, type EventLog, type Logged, type Row } from './event-log.ts'
import type { Minds } from './minds.ts'
import type { Nature } from './nature.ts'
import type { Request } from './response.ts'
import { uniform, type Stream } from './rng.ts'
import { REEL } from './vocabulary.ts'
import { REACTIONS, type Reaction } from './worth.ts'

const SECOND = 1000
const HOUR = 3_600_000
const LONG_VIEW = REACTIONS.indexOf('long_view')
const CLICK = REACTIONS.indexOf('click')

/** Purposes of the draws at one place; the reactions themselves have the numbers from 0. */
const OF = { dwell: 20, watch: 21, hide: 22, late: 32, delay: 48, regret: 64 } as const

/** Enjoyment of an item that was scrolled past. */
const PASSED = -0.1

/** What an impression did to the viewer. */
export interface Effect {
  /** In [−1, 1]. */
  readonly enjoyment: number
  /** Until the viewer goes on to the next place. */
  readonly tookMs: number
}

/**
 * Draws all reactions to one impression, jointly, and logs them. The draws are keyed by the place
 * (viewer, visit, page, slot): another policy's item meets the same luck there.
 */
export const createReactions = (
  { catalogue, response, parameters }: Nature,
  draws: Stream,
  log: EventLog,
) => {
  /** Some labels come late, and some likes and saves are taken back. */
  const label = (reaction: Reaction, time: number, row: Row, key: number): void => {
    const at = REACTIONS.indexOf(reaction)
    const draw = (purpose: number) => uniform(draws, row.user, key, purpose + at)
    const isLate = draw(OF.late) < parameters.late
    const delay = isLate ? -Math.log(draw(OF.delay)) * parameters.lateHours * HOUR : 2 * SECOND
    log.add(TYPE[reaction], time + delay, row)
    const undo = reaction === 'like' ? 'unlike' : reaction === 'save' ? 'unsave' : undefined
    if (undo && draw(OF.regret) < parameters.regret)
      log.add(TYPE[undo], time + delay + 20 * SECOND, row)
  }

  return (minds: Minds, request: Request, slot: number, item: number, time: number): Effect => {
    const { user, visit, page, surface } = request
    const key = placeKey(visit, page, slot)
    const row: Row = { user, item, visit, page, slot, surface }
    const draw = (purpose: number) => uniform(draws, user, key, purpose)

    response.read(minds, request, item, time)
    const opened = draw(CLICK) < response.attention(slot) * response.click()
    const long = draw(LONG_VIEW) < response.chance(LONG_VIEW, opened)
    const lengthMs = catalogue.format[item] === REEL ? catalogue.durationMs[item]! : 10 * SECOND
    const lookedMs = Math.round(
      opened || long
        ? lengthMs * (long ? 0.9 + 0.8 * draw(OF.watch) : 0.05 + 0.5 * draw(OF.watch))
        : SECOND * (0.5 + draw(OF.dwell)),
    )
    const openedAt = time + SECOND * (0.5 + 1.5 * draw(OF.dwell))
    const done = openedAt + lookedMs
    let enjoyment = opened ? response.enjoyment() : PASSED

    log.add(TYPE.impression, time, row)
    if (opened) log.add(TYPE.click, openedAt, row)
    if (long) log.add(TYPE.long_view, done, row, lookedMs)
    for (let at = LONG_VIEW + 1; at < REACTIONS.length; at++) {
      if (draw(at) >= response.chance(at, opened)) continue
      const reaction = REACTIONS[at]!
      label(reaction, done, row, key)
      if (reaction !== 'see_less') continue
      enjoyment = -1
      if (draw(OF.hide) < parameters.hideAuthor) log.add(TYPE.hide_author, done + 3 * SECOND, row)
    }
    return { enjoyment, tookMs: done - time }
  }
}

/** One word for a place within a viewer's visits: up to 8 pages of 128 places. */
export const placeKey = (visit: number, page: number, slot: number): number =>
  (visit << 10) | (page << 7) | slot

const TYPE = Object.fromEntries(LOGGED.map((type, at) => [type, at])) as Record<Logged, number>
