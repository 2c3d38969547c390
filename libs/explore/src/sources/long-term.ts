import type { Source } from '@explore/pipeline'
import { listKey, readList } from '../lists.ts'
import type { StateStore } from '../ports.ts'
import type { Viewer } from '../viewer.ts'

/** ML, pre-generated: the list of the viewer's long-term interests, computed off-peak. */
export const longTerm = (state: StateStore): Source<Viewer> => ({
  name: 'long-term',
  find: (viewer, want) => readList(state, listKey.longTerm(viewer.id), want),
})
