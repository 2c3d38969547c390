import { exploreErrorOf } from '@explore/embedded'
import type { StageLinks } from './stage-links.ts'

/** How long a service may take to load a bundle. */
export const PREPARE_MS = 120_000
/** How long a start waits for services: without them pages stand on lower rungs, and are pages. */
export const START_MS = 5000

/** Resolves when every service has the bundle that can be reached; rejects where one cannot load it. */
export const prepared = async (
  links: Pick<StageLinks, 'all'>,
  bundle: string,
  most: number,
): Promise<void> => {
  const asks = await Promise.allSettled(links.all.map(link => link.prepare(bundle, most)))
  for (const ask of asks) {
    if (ask.status === 'fulfilled') continue
    const error = exploreErrorOf(ask.reason)
    // Who is away, or slow, makes pages worse, not wrong: their requests are flagged.
    if (!['SERVICE_UNREACHABLE', 'DEADLINE_EXCEEDED', 'SHUTTING_DOWN'].includes(error.code))
      throw error
  }
}
