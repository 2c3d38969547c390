import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import { authorGap } from './author-gap.ts'
import type { Constraint } from './constraint.ts'
import { topicSpread } from './topic-spread.ts'

/** What every page keeps to; where they cannot all be met, the last one is given up first. */
export const pageConstraints = (
  catalogue: Catalogue,
  settings: Settings,
): readonly Constraint[] => [authorGap(catalogue, settings), topicSpread(catalogue, settings)]
