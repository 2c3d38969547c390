import { join } from 'node:path'
import {
  currentBundle,
  previousBundle,
  promoteBundle,
  recordDecision,
  verifyBundle,
  verifyingKey,
} from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import type { Home } from '../home.ts'
import { publishBundle } from './publish-bundle.ts'

/** Goes back to the bundle that served before, at once: it has passed once. Throws BUNDLE_MISSING, or why it is broken. */
export const rollBack = async (home: Home, wall: () => number): Promise<string> => {
  const previous = await previousBundle(home.bundles)
  if (previous === undefined) {
    throw new ExploreError('BUNDLE_MISSING', 'no bundle served before this one', {
      hint: '`explore bundle list` names those that there are',
    })
  }
  await verifyBundle(join(home.bundles, previous), await verifyingKey(home.key))
  const from = await currentBundle(home.bundles)
  await publishBundle(home, previous, process.env)
  await promoteBundle(home.bundles, previous)
  await recordDecision(home.bundles, {
    time: wall(),
    action: 'rolled back',
    bundle: previous,
    from: from ?? null,
    forced: false,
    failures: [],
  })
  return previous
}
