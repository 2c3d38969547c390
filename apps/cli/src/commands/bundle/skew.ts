import { checkSkew, type SkewReport } from '@explore/embedded'
import { type CommonOptions, report } from '../../context.ts'
import { EXIT } from '../../fail.ts'

/** Whether training sees what serving saw; exit code 1 where it does not. */
export const skew = (options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      const found = await checkSkew(home)
      if (found.differing > 0) process.exitCode = EXIT.failed
      return found
    },
    view,
  )

const view = ({ pages, candidates, differing, first }: SkewReport): string => {
  if (pages === 0) {
    return 'no features are logged: explore settings features.logShare=0.01, then serve some pages'
  }
  const compared = `${pages} pages, ${candidates} candidates compared`
  if (first === null) return `✓ ${compared}: every feature is the same, bit by bit`
  const { feature, item, user, requestId, served, recomputed, catalogueChanged } = first
  return [
    `✗ ${compared}: ${differing} pages differ`,
    `  first: ${feature}${item === null ? '' : ` of item ${item}`} for ${user}, request ${requestId}`,
    `  served ${served}, recomputed ${recomputed}`,
    ...(catalogueChanged
      ? ['  items or users were described anew since; that alone changes features of the past']
      : []),
  ].join('\n')
}
