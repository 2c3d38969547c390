import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'

/** Computes ahead what need not wait for a viewer: long-term interests, popular lists and whole pages. */
export const precompute = (options: CommonOptions): Promise<void> =>
  report(
    options,
    (home, progress) => runJob('off-peak', home, { pages: true }, progress),
    ({ popularLists, longTermLists, pages }) =>
      `${popularLists} popular lists, ${longTermLists} long-term lists, ${pages} pages`,
  )
