import type { SecondStage } from '@explore/explore'
import type { RequestFeatures } from '@explore/learn'

/** Lets the features through that the second stage is asked with, and keeps a copy of the first ones of a request. */
export const featureTap = () => {
  let open = false
  let taken: RequestFeatures | undefined
  return {
    around: (stage: SecondStage): SecondStage => ({
      predict: (viewer, candidates) => {
        if (open && taken === undefined) {
          taken = { viewer: structuredClone(viewer), candidates: structuredClone(candidates) }
        }
        return stage.predict(viewer, candidates)
      },
    }),
    /** Runs `work` and returns with its result what the second stage was asked; undefined where it was not. */
    during: async <T>(
      work: () => Promise<T>,
    ): Promise<readonly [T, RequestFeatures | undefined]> => {
      open = true
      taken = undefined
      try {
        return [await work(), taken]
      } finally {
        open = false
      }
    },
  }
}
