import { datasetOfStores, type EvaluationCall, type Report, runEvaluation } from '@explore/evaluate'
import { type Home, openStores, type Progress } from '@explore/embedded'
import { ExploreError } from '@explore/explore'

/** Runs an evaluation on data, or on what the home's log and profiles hold. */
export const evaluateData = (
  home: Home,
  call: EvaluationCall,
  {
    progress,
    signal,
    now,
  }: {
    readonly progress: Progress
    readonly signal: AbortSignal
    readonly now: () => number
  },
): Promise<Report> =>
  runEvaluation(call, {
    signal,
    onProgress: progress,
    now,
    home: async () => {
      const stores = await openStores(home)
      try {
        if ((await stores.log.end()) > 0) return await datasetOfStores(home.path, stores)
      } finally {
        await stores.close()
      }
      throw new ExploreError('TRAIN_DATA', `the log of ${home.path} has no events`, {
        hint: 'name a folder with --data, or import into the home first',
      })
    },
  })
