import { writeFileSync } from 'node:fs'
import { writeBundle, signingKey } from '@explore/adapters'
import { type Home, homeAt, openStores } from '@explore/embedded'
import {
  Catalogue,
  type Event,
  type EventType,
  type Item,
  processor,
  settingsFrom,
} from '@explore/explore'
import { rng } from '@explore/learn'
import { tinyArtifacts } from './tiny-artifacts.ts'
import { tinyItem } from './tiny-catalogue.ts'

const ITEMS = 200
const USERS = 40
const REQUESTS = 12
const WIDTH = 6

/** Gates that let every model pass that answers with numbers. */
export const OPEN_GATES = {
  'gates.maxNe': 1000,
  'gates.neLoss': 10,
  'gates.calibration': 10,
  'gates.recallLoss': 1,
  'gates.leastQueries': 10,
  'gates.leastSurvival': 0,
  'gates.maxDrift': 100,
  'gates.window': 1,
} as const

/**
 * A home of 200 items and 40 users with a log of 2,880 impressions that ends at `end`, folded, and signed bundles of
 * random weights, one per name, each wider than the one before, of which none is promoted.
 */
export const tinyHome = async (
  path: string,
  {
    bundles = [],
    end,
    settings = OPEN_GATES,
  }: {
    readonly bundles?: readonly string[]
    /** Time of the last request. */
    readonly end: number
    readonly settings?: Readonly<Record<string, number>>
  },
): Promise<Home> => {
  const home = homeAt(path)
  writeFileSync(home.settings, JSON.stringify(settings))
  const stores = await openStores(home)
  const { profiles, log } = stores
  await profiles.putItems(tinyItems())
  await profiles.putUsers(
    Array.from({ length: USERS }, (_, i) => ({
      id: `u${i}`,
      attributes: { country: `c${i % 3}` },
    })),
  )
  await log.append(tinyEvents(end))
  const catalogue = new Catalogue()
  const stream = processor({ ...stores, catalogue, settings: settingsFrom() })
  while ((await stream.step(10_000)) > 0);
  await profiles.sync(catalogue)
  for (const [i, id] of bundles.entries()) {
    await writeBundle(
      home.bundles,
      await tinyArtifacts(catalogue, { seed: i + 1, dimension: 16 + 4 * i }),
      {
        id,
        createdAt: end + i,
        catalogueId: profiles.catalogueId,
        items: catalogue.size,
        catalogue,
        seed: i + 1,
        key: await signingKey(home.key),
      },
    )
  }
  await stores.close()
  return home
}

/** The 200 items. */
export const tinyItems = (): Item[] => Array.from({ length: ITEMS }, (_, i) => tinyItem(i))

/** The 2,880 impressions of 40 users, the last at `end`, in order of time; users like one topic more than the others. */
export const tinyEvents = (end: number): Event[] => {
  const random = rng('tiny home')
  const events: Event[] = []
  for (let request = 0; request < REQUESTS; request++) {
    for (let user = 0; user < USERS; user++) {
      const time = end - ((REQUESTS - request) * USERS - user) * 60_000
      const requestId = `u${user}.${request}`
      const first = random.int(ITEMS)
      for (let position = 0; position < WIDTH; position++) {
        const item = (first + position * 31) % ITEMS
        const say = (type: EventType, later: number): void =>
          void events.push({
            eventId: `${requestId}.${position}.${type}`,
            userId: `u${user}`,
            itemId: `item-${item}`,
            time: time + later,
            ...{ type, requestId, position },
          })
        say('impression', position)
        const clicked = random.uniform() < (item % 5 === user % 5 ? 0.7 : 0.15)
        if (clicked) say('click', 1000 + position)
        if (clicked && random.uniform() < 0.3) say('like', 2000 + position)
      }
    }
  }
  return events.sort((a, b) => a.time - b.time)
}
