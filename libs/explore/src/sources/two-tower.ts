import type { Source } from '@explore/pipeline'
import type { Retriever } from '../ports.ts'
import type { Viewer } from '../viewer.ts'

/**
 * ML, real-time: the viewer's embedding, computed now from the freshest state, against the bundle's item
 * embeddings by nearest neighbours (Covington et al., RecSys 2016; Yi et al., RecSys 2019).
 */
export const twoTower = (retriever: Retriever): Source<Viewer> => ({
  name: 'two-tower',
  find: async (viewer, want, { signal }) =>
    retriever.search(await retriever.embed(viewer.features), want, signal),
})
