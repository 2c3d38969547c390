import { randomUUID } from 'node:crypto'
import { currentBundle } from '@explore/adapters'
import {
  Catalogue,
  type Event,
  ExploreError,
  type ExploreService,
  type Item,
  type Settings,
  type Verdict,
  validateEvent,
} from '@explore/explore'
import { clockFor } from './clock.ts'
import { offerBundles } from './bundle-exchange.ts'
import type { Home } from './home.ts'
import { pagePool } from './page-pool.ts'
import { startProcessor } from './processor-handle.ts'
import { changeSettings, loadSettings } from './settings-file.ts'
import { openStores } from './stores.ts'

/** How long an acknowledgement waits for the fold, so that the caller's next page shows the effect. */
const FOLD_WAIT = 50
const BUNDLE_POLL = 1000

export interface EmbeddedService extends ExploreService {
  /** Set where the clock follows a historic log. */
  readonly historicEnd: number | undefined
  readonly close: () => Promise<void>
}

/** The whole product in one process: stores, processor thread, page threads. */
export const embeddedService = async (
  home: Home,
  options: {
    readonly wall: () => number
    readonly threads?: number
    readonly onError: (error: ExploreError) => void
  },
): Promise<EmbeddedService> => {
  const { wall, onError } = options
  const stores = await openStores(home)
  const { log, state, profiles } = stores
  const catalogue = new Catalogue()
  await profiles.sync(catalogue)
  let settings: Settings = loadSettings(home.settings, process.env)
  let settingsVersion = 0
  let bundle = await currentBundle(home.bundles)
  let clock = await clockFor(log, wall)
  const problems = new Map<string, string>()

  const processor = startProcessor(home, error => {
    problems.set('stream-processor', error.message)
    onError(error)
  })
  processor.poke()
  const exchange = offerBundles(home)
  const onBundle = (problem: ExploreError | undefined): void => {
    if (problem === undefined) problems.delete('bundle')
    else if (problems.get('bundle') !== problem.message) {
      problems.set('bundle', problem.message)
      onError(problem)
    }
  }
  const pool = pagePool(home, onBundle, options.threads)
  const timer = setInterval(() => {
    currentBundle(home.bundles).then(id => (bundle = id), onError)
  }, BUNDLE_POLL)
  const sweeper = setInterval(() => state.sweep(wall()).catch(onError), 60_000)
  for (const each of [timer, sweeper]) each.unref()

  const task = (request: Parameters<ExploreService['page']>[0]) => ({
    request,
    call: { now: clock.now(), wall: wall(), requestId: randomUUID(), waiting: pool.waiting() },
    bundle,
    settingsVersion,
  })

  const verdictsOf = (rows: readonly unknown[]): { events: Event[]; verdicts: Verdict[] } => {
    const events: Event[] = []
    const knows = (id: string): boolean => catalogue.ordinal(id) !== undefined
    const verdicts = rows.map((row): Verdict => {
      const checked = validateEvent(row, { settings, now: wall(), knows })
      if ('verdict' in checked) return checked.verdict
      events.push(checked.event)
      return { status: 'accepted', eventId: checked.event.eventId }
    })
    return { events, verdicts }
  }

  return {
    historicEnd: clock.historicEnd,

    page: request => pool.page(task(request)),

    record: async rows => {
      if (rows.length > settings['events.maxBatch']) {
        throw new ExploreError(
          'BODY_TOO_LARGE',
          `at most ${settings['events.maxBatch']} events a request`,
          {
            field: 'events',
          },
        )
      }
      const lag = (await log.end()) - processor.watermark()
      if (lag > settings['events.maxLag']) {
        throw new ExploreError('OVERLOADED', `${lag} events wait to be folded`)
      }
      await profiles.sync(catalogue)
      const { events, verdicts } = verdictsOf(rows)
      if (events.length === 0) return verdicts
      await log.append(events)
      // Live events end the replay of a historic log.
      if (clock.historicEnd !== undefined) clock = await clockFor(log, wall)
      processor.poke()
      await processor.folded(await log.end(), FOLD_WAIT)
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

    settings: () => settings,
    changeSettings: async changes => {
      settings = changeSettings(home.settings, process.env, changes)
      settingsVersion++
      return settings
    },

    health: async () => {
      await profiles.sync(catalogue)
      return {
        ready: problems.size === 0 && catalogue.size > 0,
        bundle: bundle ?? null,
        items: catalogue.size,
        lag: Math.max(0, (await log.end()) - processor.watermark()),
        problems: [...problems.values()],
      }
    },

    close: async () => {
      clearInterval(timer)
      clearInterval(sweeper)
      await pool.close()
      exchange.close()
      await processor.close()
      await stores.close()
    },
  }
}

/** An item without an upload time was uploaded now. */
const withCreation = (item: Item, now: number): Item =>
  item.createdAt === undefined ? { ...item, createdAt: now } : item
