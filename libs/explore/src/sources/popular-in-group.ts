import type { Source } from '@explore/pipeline'
import { listKey, readList } from '../lists.ts'
import type { StateStore } from '../ports.ts'
import type { Viewer } from '../viewer.ts'

/** Heuristic, pre-generated: what is popular in the viewer's segment, or with all where it has no list. */
export const popularInGroup = (state: StateStore): Source<Viewer> => ({
  name: 'popular-in-group',
  find: async (viewer, want) => {
    const own = await readList(state, listKey.popular(viewer.segment), want)
    return own.items.length > 0 ? own : readList(state, listKey.popular(''), want)
  },
})
