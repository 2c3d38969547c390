import type { Filter } from '@explore/pipeline'
import type { Viewer } from '../viewer.ts'

/** Refuses items that the viewer has seen or was served in this session. */
export const unseen: Filter<Viewer> = {
  name: 'seen',
  keeps:
    ({ seen }) =>
    item =>
      !seen.has(item),
}
