import { type Home, loadSettings, openStores, type Progress } from '@explore/embedded'
import { attributeBuckets, Catalogue, type Event, type Id } from '@explore/explore'
import { type Examples, logBatches, replay } from '@explore/learn'

/** Examples of the latest `events` of a home's log, by default of all; those before are folded only. */
export const latestExamples = async (
  home: Home,
  progress: Progress,
  { events = Infinity, requests }: { readonly events?: number; readonly requests: number },
): Promise<Examples> => {
  const { log, profiles, close } = await openStores(home)
  try {
    const end = await log.end()
    const [first] = (await log.read(Math.max(0, end - events), 1)).events
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const attributes = new Map<Id, Int32Array>()
    const introduced = async function* (): AsyncGenerator<readonly Event[]> {
      let done = 0
      for await (const batch of logBatches(log)) {
        for (const { userId } of batch) {
          if (attributes.has(userId)) continue
          attributes.set(userId, attributeBuckets(await profiles.user(userId)))
        }
        yield batch
        progress('replay', (done += batch.length) / end)
      }
    }
    return await replay({
      events: introduced(),
      catalogue,
      attributes: user => attributes.get(user) ?? attributeBuckets(undefined),
      limits: { seen: loadSettings(home.settings, process.env)['state.seen'] },
      requests,
      seed: 1,
      ...(first && { from: first.time }),
    })
  } finally {
    await close()
  }
}
