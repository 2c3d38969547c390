import type { Filter } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'

/** Refuses items whose integrity risk is above `integrity.blockAbove`; a risk that is no number is refused too. */
export const integrity = (catalogue: Catalogue, settings: Settings): Filter<Viewer> => {
  // Risks are kept in f32, which may round one up past the very bound that it equals.
  const most = Math.fround(settings['integrity.blockAbove'])
  return {
    name: 'integrity',
    keeps: () => {
      const { risks } = catalogue
      return item => risks[item]! <= most
    },
  }
}
