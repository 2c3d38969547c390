import { importModels } from '@explore/embedded'
import { type CommonOptions, report } from '../../context.ts'

export interface ImportOptions extends CommonOptions {
  readonly model: readonly string[]
  readonly from: string
}

/** Makes a bundle of one that there is and of models that others trained. */
export const importCommand = (options: ImportOptions): Promise<void> =>
  report(
    options,
    (home, progress) =>
      importModels(home, { from: options.from, models: options.model, wall: Date.now }, progress),
    ({ bundle, from, imported }) =>
      [
        `bundle ${bundle}: ${imported.join(', ')} imported, the rest of ${from}`,
        `next: npx explore bundle promote ${bundle}`,
      ].join('\n'),
  )
