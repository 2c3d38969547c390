import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pointers, readManifest } from '@explore/adapters'
import {
  Catalogue,
  type Compared,
  type Event,
  ExploreError,
  type ExploreService,
  ID_PATTERN,
  type Item,
  servedPage,
  type Settings,
  type Verdict,
  validateEvent,
} from '@explore/explore'
import { followBundles } from './bundles/follow-bundles.ts'
import { busSink } from './bus-sink.ts'
import { clockFor } from './clock.ts'
import { homeSink } from './event-sink.ts'
import type { Home } from './home.ts'
import { liveSettings } from './live-settings.ts'
import { type PagePool, pagePool, type PagePoolOptions } from './page-pool.ts'
import { problems } from './problems.ts'
import { addressesOf, HOME, openStores } from './stores.ts'
import { exploreErrorOf } from './system-error.ts'
import { userTasks } from './users/user-tasks.ts'

const ID = new RegExp(ID_PATTERN)
/** How often files that other processes change are looked at. */
const POLL = 1000
const SWEEP = 60_000

export interface EmbeddedService extends ExploreService {
  /** Set where the clock follows a historic log. */
  readonly historicEnd: number | undefined
  /** Starts the page threads, which else start with the first page; resolves when one has loaded its models. */
  readonly warm: () => Promise<void>
  /**
   * What it knows of itself beside its health: pages that wait, swaps of bundles, when the one in force was made, and
   * where it folds, what was predicted and what happened.
   */
  readonly vitals: () => Promise<{
    readonly waiting: number
    readonly swaps: number
    readonly bundleMadeAt: number | undefined
    readonly compared: Compared | undefined
  }>
  readonly close: () => Promise<void>
}

/** The whole product in one process: stores, processor thread, page threads. */
export const embeddedService = async (
  home: Home,
  options: {
    readonly wall: () => number
    readonly threads?: number
    /** Makes the pages, where not threads of this process do. */
    readonly pages?: ((home: Home, options: PagePoolOptions) => PagePool) | undefined
    /** Loads the models while the rest starts, not at the first page. */
    readonly ahead?: boolean
    /** Follows the store of bundles that EXPLORE_BUNDLES names. */
    readonly follow?: boolean
    readonly onError: (error: ExploreError) => void
  },
): Promise<EmbeddedService> => {
  const { wall, onError } = options
  const addresses = addressesOf(process.env)
  const onBus = addresses.events !== HOME
  const stores = await openStores(home, { ...addresses, events: HOME })
  const { log, state, profiles } = stores
  const catalogue = new Catalogue()
  await profiles.sync(catalogue)
  const found = problems(onError)
  const tellOfSettings = found.of('settings')
  const live = liveSettings(home.settings, process.env, news => {
    if (news instanceof ExploreError) return tellOfSettings(news)
    tellOfSettings(undefined)
    sink.settings(news.settings)
  })
  const tunable = (): Settings => live.current().settings
  let clock = await clockFor(log, wall)

  const tellOfEvents = found.of(onBus ? 'log' : 'stream-processor')
  const sink = onBus
    ? await busSink(home, addresses.events, {
        ...{ state, settings: tunable, now: wall, tell: tellOfEvents },
        tellOfPages: found.of('impressions'),
      })
    : homeSink(home, log, tunable(), tellOfEvents)

  const follower = options.follow
    ? await followBundles(home, process.env, found.of('bundle store'))
    : undefined
  const ofUsers = userTasks(home, wall)
  let wanted = await pointers(home.bundles)
  let serving: string | undefined
  let swaps = 0
  let madeAt: number | undefined
  const tellOfBundle = found.of('bundle')
  let started: PagePool | undefined
  const pool = (): PagePool =>
    (started ??= (options.pages ?? pagePool)(home, {
      threads: options.threads,
      wanted,
      task: () => ({
        call: { now: clock.now(), wall: wall(), requestId: randomUUID() },
        inForce: live.current(),
      }),
      tell: (id, problem) => {
        if (id !== serving && serving !== undefined) swaps++
        if (id !== serving) madeAt = undefined
        serving = id
        tellOfBundle(problem)
      },
    }))

  const poll = async (): Promise<void> => {
    live.poll()
    wanted = await pointers(home.bundles)
    started?.use(wanted.current)
  }
  const repeat = (work: () => Promise<unknown>, every: number): NodeJS.Timeout =>
    setInterval(() => void work().catch(error => onError(exploreErrorOf(error))), every).unref()
  const timers = [repeat(poll, POLL), repeat(() => state.sweep(wall()), SWEEP)]
  // Whoever waits for them is told if they cannot be loaded.
  if (options.ahead) pool()
  // From here on the page that follows an event shows its effect.
  await sink.started

  const verdictsOf = (rows: readonly unknown[]): { events: Event[]; verdicts: Verdict[] } => {
    const events: Event[] = []
    const knows = (id: string): boolean => catalogue.ordinal(id) !== undefined
    const verdicts = rows.map((row): Verdict => {
      const checked = validateEvent(row, { settings: tunable(), now: wall(), knows })
      if ('verdict' in checked) return checked.verdict
      events.push(checked.event)
      return { status: 'accepted', eventId: checked.event.eventId }
    })
    return { events, verdicts }
  }

  return {
    historicEnd: clock.historicEnd,

    warm: () => pool().ready(),

    vitals: async () => {
      const bundle = serving
      if (bundle !== undefined && madeAt === undefined) {
        const manifest = await readManifest(join(home.bundles, bundle)).catch(() => undefined)
        if (bundle === serving) madeAt = manifest?.createdAt
      }
      const waiting = started?.waiting() ?? 0
      return { waiting, swaps, bundleMadeAt: madeAt, compared: sink.compared?.() }
    },

    page: async (request, watch) => {
      if (!ID.test(request.userId)) {
        throw new ExploreError('ID_INVALID', 'userId is not an id', { field: 'userId' })
      }
      const { page, features } = await pool().page(request, watch)
      const { surface } = request
      sink.served?.(servedPage(page, { time: wall(), surface, features }))
      return page
    },

    record: async rows => {
      if (rows.length > tunable()['events.maxBatch']) {
        throw new ExploreError(
          'BODY_TOO_LARGE',
          `at most ${tunable()['events.maxBatch']} events a request`,
          {
            field: 'events',
          },
        )
      }
      const lag = await sink.lag()
      if (lag > tunable()['events.maxLag']) {
        throw new ExploreError('OVERLOADED', `${lag} events wait to be folded`)
      }
      await profiles.sync(catalogue)
      const { events, verdicts } = verdictsOf(rows)
      if (events.length === 0) return verdicts
      await sink.take(events)
      // Live events end the replay of a historic log.
      if (clock.historicEnd !== undefined) clock = await clockFor(log, wall)
      return verdicts
    },

    putItems: items => profiles.putItems(items.map(item => withCreation(item, clock.now()))),
    item: async id => profiles.item(id),
    items: async (after, limit) => {
      await profiles.sync(catalogue)
      const ordinal = after === undefined ? -1 : catalogue.ordinal(after)
      if (ordinal === undefined) {
        throw new ExploreError('ITEM_UNKNOWN', `there is no item ${after}`, { field: 'after' })
      }
      const records = await profiles.items(ordinal, limit)
      return records.flatMap(({ item }) => (item === null ? [] : [item]))
    },
    deleteItems: ids => profiles.deleteItems(ids),
    putUsers: users => profiles.putUsers(users),
    user: async id => profiles.user(id),
    users: async (after, limit) => profiles.users(after, limit),
    deleteUsers: ids => profiles.deleteUsers(ids),
    forgetUser: ofUsers.forgetUser,
    exportUser: ofUsers.exportUser,

    settings: tunable,
    changeSettings: async changes => live.change(changes),

    health: async () => {
      await profiles.sync(catalogue)
      return {
        // A broken bundle or setting is a problem, but what was sound before it makes pages.
        ready: catalogue.size > 0 && !found.has('stream-processor'),
        bundle: (started === undefined ? wanted.current : serving) ?? null,
        items: catalogue.size,
        lag: await sink.lag(),
        problems: [
          ...found.messages(),
          ...(catalogue.size === 0 ? ['there are no items yet'] : []),
        ],
      }
    },

    close: async () => {
      for (const timer of timers) clearInterval(timer)
      await follower?.close()
      await ofUsers.close()
      await started?.close()
      await sink.close()
      await stores.close()
    },
  }
}

/** An item without an upload time was uploaded now. */
const withCreation = (item: Item, now: number): Item =>
  item.createdAt === undefined ? { ...item, createdAt: now } : item
