import { ExploreError } from '@explore/explore'
import type { EvaluationInput } from './evaluation.ts'

/** The whole number ≥ 1 of a flag, or `otherwise` where it is absent; throws USAGE for anything else. */
export const wholeFlag = (
  flags: EvaluationInput['flags'],
  name: string,
  otherwise: number,
): number => {
  const given = flags[name]
  if (given === undefined) return otherwise
  if (typeof given === 'string' && /^[1-9][0-9]{0,8}$/.test(given)) return Number(given)
  throw new ExploreError('USAGE', `--${name} must be a whole number from 1 on, not ${given}`, {
    field: name,
  })
}
