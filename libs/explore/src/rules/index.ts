import type { Rule } from '@explore/pipeline'
import type { Retrieved } from '../retrieved.ts'
import type { Scored } from '../rankers/integrity-downrank.ts'
import type { Settings } from '../settings.ts'
import type { Stores } from '../stores.ts'
import type { Viewer } from '../viewer.ts'
import { assemble } from './assemble.ts'
import { authorGap } from './author-gap.ts'
import type { Constraint } from './constraint.ts'
import { topicSpread } from './topic-spread.ts'

/** The page's rules; constraints come with the one given up last first. */
export const rules = (
  { catalogue, bundle }: Stores,
  settings: Settings,
): readonly Rule<Viewer, Retrieved & Scored>[] => {
  const constraints: readonly Constraint[] = [
    authorGap(catalogue, settings),
    topicSpread(catalogue, settings),
  ]
  return [assemble(constraints, bundle.retriever.vectors, settings)]
}
