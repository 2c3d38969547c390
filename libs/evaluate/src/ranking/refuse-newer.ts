import { ExploreError, type Millis } from '@explore/explore'
import type { Examples } from '@explore/learn'

/** Throws EVALUATION_LEAK where a row's features are newer than its impression, or than `frozenAt`. */
export const refuseNewer = (
  { ranking, viewers }: Pick<Examples, 'ranking' | 'viewers'>,
  frozenAt: Millis = Infinity,
): void => {
  for (let row = 0; row < ranking.length; row++) {
    const asOf = viewers.time[ranking.viewer[row]!]!
    if (asOf <= ranking.time[row]! && asOf <= frozenAt) continue
    throw new ExploreError(
      'EVALUATION_LEAK',
      `the features of ranking row ${row} are as of ${new Date(asOf).toISOString()}, ` +
        `${frozenAt < asOf ? 'after they were frozen' : 'after its impression'}`,
      { field: 'viewer.time' },
    )
  }
}
