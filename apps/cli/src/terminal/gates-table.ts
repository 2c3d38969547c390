import type { Gate } from '@explore/embedded'
import { short, table } from './table.ts'

/** How a bundle fared at the gates, beside the one that served. */
export const gatesTable = (gates: readonly Gate[]): string =>
  table(
    ['gate', 'of', '>new', '>current', 'wanted', ''],
    gates.map(({ gate, of, value, current, bound, passed }) => [
      gate,
      of,
      gate === 'numbers' ? '' : short(value),
      current === undefined ? '' : short(current),
      bound,
      passed ? '✓' : '✗ failed',
    ]),
    '  ',
  )

/** What became of it, in a line or a few. */
export const verdictOf = ({
  bundle,
  from,
  promoted,
  forced,
  failures,
}: {
  readonly bundle: string
  readonly from: string | null
  readonly promoted: boolean
  readonly forced: boolean
  readonly failures: readonly string[]
}): string => {
  const reasons = failures.map(failure => `  ✗ ${failure}`)
  if (promoted) {
    const how = forced ? ', by force, though it failed:' : ''
    return [
      `bundle ${bundle} promoted${from ? ` in place of ${from}` : ''}${how}`,
      ...reasons,
    ].join('\n')
  }
  const stays = from === null ? 'no bundle serves' : `${from} serves on`
  return [
    `bundle ${bundle} not promoted: ${stays}`,
    ...reasons,
    `  promote it all the same: npx explore bundle promote ${bundle} --force`,
  ].join('\n')
}
