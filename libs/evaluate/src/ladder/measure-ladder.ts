import { explorer, type Id, type Page, precomputedKey, requestIdOf } from '@explore/explore'
import type { Rng } from '@explore/learn'
import { rankEverything } from '../funnel/rank-everything.ts'
import { knownUsers, type Served, viewerNow } from '../funnel/served.ts'
import { type Tally, tally } from '../tally.ts'
import { pagesOfBefore } from './pages-of-before.ts'
import { RUNGS } from './rungs.ts'

/** What is away must be what is missing, not what a busy machine was late with. */
const UNHURRIED = { 'page.deadlineMs': 60_000, 'page.sourcesMs': 60_000 }
/** Items drawn for each viewer to tell what any page is worth. */
const DRAWN = 200
/** What keys of precomputed pages begin with. */
const PAGE = precomputedKey('')
/** Keeps the names of pages with other draws apart. */
const OTHER = 0x1000_0000

export interface LadderMeasures {
  readonly requests: number
  /** Items that may be shown. */
  readonly items: number
  /** Places that a safety filter or another would not have let through. */
  readonly refused: number
  /** `RUNG value`, ÷ the full page's; `RUNG overlap`; `RUNG places`. `random value`: of items drawn from all. */
  readonly figures: Tally
  /** By rung: items on any page. */
  readonly shown: ReadonlyMap<string, ReadonlySet<number>>
  /** By rung: how often which flags were told. */
  readonly flagged: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** Serves a page to each of so many viewers from every rung, and values all of them by the full second stage. */
export const measureLadder = async (
  served: Served,
  {
    requests,
    age,
    random,
    signal,
    onProgress,
  }: {
    readonly requests: number
    /** Of the precomputed pages, in milliseconds. */
    readonly age: number
    readonly random: Rng
    readonly signal: AbortSignal
    readonly onProgress: (fraction: number, note: string) => void
  },
): Promise<LadderMeasures> => {
  const { stores, now, user } = served
  const { catalogue } = stores
  const settings = { ...served.settings, ...UNHURRIED }
  const places = settings['page.limit']
  const users = random
    .fork('viewers')
    .shuffle([...(await knownUsers(served))])
    .slice(0, requests)
  const before = await pagesOfBefore({ ...served, settings }, users, age)
  const none: ReadonlyMap<string, Uint8Array> = new Map()
  const ladders = RUNGS.map(rung => {
    const pages = rung.precomputed ? before : none
    const state = {
      ...stores.state,
      get: (key: string) => (key.startsWith(PAGE) ? pages.get(key) : stores.state.get(key)),
      // Sessions are nobody's here.
      put: async () => {},
    }
    const whole = { ...stores, state, profiles: { user } }
    return { ...rung, serving: explorer(rung.without(whole), settings) }
  })
  const all = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
  const figures = tally()
  const shown = new Map(RUNGS.map(({ name }) => [name, new Set<number>()]))
  const flagged = new Map(RUNGS.map(({ name }) => [name, new Map<string, number>()]))
  let refused = 0

  const measure = async (userId: Id, row: number): Promise<void> => {
    const made: number[][] = []
    for (const { name, serving, otherDraws } of ladders) {
      const requestId = requestIdOf(otherDraws ? OTHER + row : row)
      const page = await serving.page({ userId, limit: places }, { now, wall: now, requestId })
      made.push(page.items.map(({ itemId }) => catalogue.ordinal(itemId)!))
      count(flagged.get(name)!, flagsOf(page))
    }
    const drawn = Array.from({ length: DRAWN }, () => all[random.int(all.length)]!)
    const viewer = await viewerNow({ ...served, settings }, userId)
    const scoreOf = await rankEverything(
      { ...served, settings },
      Uint32Array.from(new Set([...made.flat(), ...drawn])),
      viewer,
      { now, seed: `evaluate ${userId}`, signal },
    )
    const valueOf = (items: readonly number[]): number =>
      items.reduce((sum, item) => sum + (scoreOf.get(item) ?? 0), 0)
    const [full] = made
    if (full!.length === 0) return
    const most = valueOf(full!)
    RUNGS.forEach(({ name }, i) => {
      const items = made[i]!
      figures.add(`${name} value`, row, valueOf(items), most)
      figures.add(
        `${name} overlap`,
        row,
        items.filter(item => full!.includes(item)).length,
        full!.length,
      )
      figures.add(`${name} places`, row, items.length, full!.length)
      for (const item of items) shown.get(name)!.add(item)
      refused += items.filter(item => !scoreOf.has(item)).length
    })
    const eligible = drawn.filter(item => scoreOf.has(item))
    figures.add('random value', row, (valueOf(eligible) * full!.length) / eligible.length, most)
  }
  for (const [row, id] of users.entries()) {
    signal.throwIfAborted()
    await measure(id, row)
    onProgress((row + 1) / users.length, `${row + 1} of ${users.length} viewers`)
  }
  return { requests: users.length, items: all.length, refused, figures, shown, flagged }
}

const flagsOf = ({ degraded }: Page): string => degraded.join(', ')

const count = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1)
