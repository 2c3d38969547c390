import { bundleNamed, rollBack, surveyBundles } from '@explore/embedded'
import { type CommonOptions, report } from '../../context.ts'
import { EXIT } from '../../fail.ts'
import { gatesTable, verdictOf } from '../../terminal/gates-table.ts'

export interface PromoteOptions extends CommonOptions {
  readonly force?: boolean
}

/** Lets a bundle serve if it passes the gates; exit code 1 where it does not. A running server takes it over. */
export const promote = (name: string, options: PromoteOptions): Promise<void> =>
  report(
    options,
    async (home, progress) => {
      const { promoteBundle } = await import('@explore/embedded/promote-bundle')
      const { id } = bundleNamed(await surveyBundles(home), name)
      const promotion = await promoteBundle(
        home,
        id,
        { force: options.force, wall: Date.now },
        progress,
      )
      if (!promotion.promoted) process.exitCode = EXIT.failed
      return promotion
    },
    promotion => `${gatesTable(promotion.gates)}\n\n${verdictOf(promotion)}`,
  )

/** Goes back to the bundle that served before. */
export const rollback = (options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => ({ bundle: await rollBack(home, Date.now) }),
    ({ bundle }) => `bundle ${bundle} serves again; the same command goes forth again`,
  )
