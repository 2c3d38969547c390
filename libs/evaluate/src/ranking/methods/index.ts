import { ExploreError } from '@explore/explore'
import { SECOND_STAGE_PARTS } from '@explore/learn'
import type { RankingMethod } from '../method.ts'
import { counters, popularity } from './counters.ts'
import { factorisationMachine } from './factorisation-machine.ts'
import { random } from './random.ts'
import { secondStage, singleTask } from './second-stage.ts'

/** By the names of `--only`. */
const METHODS: Readonly<Record<string, RankingMethod>> = {
  random,
  popularity,
  counters,
  fm: factorisationMachine,
  'second-stage': secondStage(),
  small: secondStage('second stage, small size', { size: 'small' }),
  twins: singleTask,
  ...Object.fromEntries(
    SECOND_STAGE_PARTS.map(part => [
      `without-${part.replaceAll(' ', '-')}`,
      secondStage(`without ${part}`, { without: [part] }),
    ]),
  ),
}

const DEFAULT = ['random', 'popularity', 'counters', 'fm', 'twins', 'second-stage']

/** The methods of a comma-separated list; the baselines and the second stage without one. Throws USAGE. */
export const methodsOf = (names: string | undefined): readonly RankingMethod[] =>
  (names === undefined ? DEFAULT : names.split(',')).map(name => {
    const method = METHODS[name.trim()]
    if (method !== undefined) return method
    throw new ExploreError('USAGE', `there is no ranking method '${name}'`, {
      field: 'only',
      hint: `choose of ${Object.keys(METHODS).join(', ')}`,
    })
  })
