import { openKafka, partitionOf, servedPages } from '@explore/adapters'
import {
  Catalogue,
  decodeList,
  decodeUserState,
  type Event,
  forgottenIn,
  type ServedPage,
  type UserExport,
  valuesOf,
} from '@explore/explore'
import { logBatches } from '@explore/learn'
import { loggedPagesOf } from '../features/feature-log.ts'
import type { Home } from '../home.ts'
import { addressesOf, type EmbeddedStores, HOME, openStores } from '../stores.ts'
import { describeState } from './describe-state.ts'
import { expectId } from './forget-user.ts'

/** With what each part is in this process. */
export interface CollectedUser extends UserExport {
  readonly state: ReturnType<typeof describeState> | null
  readonly servedPages: readonly ServedPage[]
}

/** Collects all that is held about a user; nothing is changed. Throws ID_INVALID. */
export const exportUser = async (
  home: Home,
  user: string,
  { wall }: { readonly wall: () => number },
): Promise<CollectedUser> => {
  expectId(user)
  const stores = await openStores(home)
  try {
    const { state, profiles } = stores
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const nameOf = (item: number): string => catalogue.id(item)
    const [bytes] = await state.users([user])
    const values = await valuesOf(state, user)
    const list = values.find(({ kind }) => kind === 'long-term list')
    return {
      user,
      exportedAt: new Date(wall()).toISOString(),
      profile: (await profiles.user(user)) ?? null,
      state: bytes === undefined ? null : describeState(decodeUserState(bytes), nameOf),
      longTermList: list === undefined ? [] : Array.from(decodeList(list.value).items, nameOf),
      pages: values
        .filter(value => value !== list)
        .map(({ kind, value }) => ({ kind, bytes: value.length })),
      events: await eventsOf(stores, user),
      servedPages: await servedTo(stores, user),
      loggedFeatures: await loggedPagesOf(home.features, user),
    }
  } finally {
    await stores.close()
  }
}

const eventsOf = async ({ log }: EmbeddedStores, user: string): Promise<readonly Event[]> => {
  const events: Event[] = []
  for await (const batch of logBatches(log)) {
    for (const event of batch) if (event.userId === user) events.push(event)
  }
  return events
}

const servedTo = async ({ log }: EmbeddedStores, user: string): Promise<readonly ServedPage[]> => {
  const { events: address } = addressesOf(process.env)
  if (address === HOME) return []
  const partition = partitionOf(user, log.partitions)
  const mark = (await forgottenIn(log, partition, await log.end(partition))).get(user)
  const link = await openKafka(address)
  try {
    const pages: ServedPage[] = []
    for await (const page of servedPages(link, partition)) {
      if (page.userId === user && page.time > (mark?.time ?? 0)) pages.push(page)
    }
    return pages
  } finally {
    await link.close()
  }
}
