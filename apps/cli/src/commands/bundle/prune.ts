import { pruneBundles } from '@explore/adapters'
import { type CommonOptions, report } from '../../context.ts'

export interface PruneOptions extends CommonOptions {
  readonly keep: number
  readonly dryRun?: boolean
}

/** Removes old bundles: never the one that serves, nor the one to roll back to. */
export const prune = (options: PruneOptions): Promise<void> =>
  report(
    options,
    home => pruneBundles(home.bundles, { keep: options.keep, dry: options.dryRun ?? false }),
    ({ kept, removed }) =>
      [
        removed.length === 0
          ? 'nothing to remove'
          : `${options.dryRun ? 'would remove' : 'removed'} ${removed.join(', ')}`,
        `${options.dryRun ? 'would keep' : 'kept'} ${kept.join(', ') || 'none'}`,
      ].join('\n'),
  )
