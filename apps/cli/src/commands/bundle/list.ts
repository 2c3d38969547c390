import { type BundleEntry, surveyBundles } from '@explore/embedded'
import { type CommonOptions, report } from '../../context.ts'
import { minute, short, table } from '../../terminal/table.ts'

const MARKS = { current: '▶', previous: '◀' } as const

/** Every bundle of the home, which one serves, and what was decided about each. */
export const list = (options: CommonOptions): Promise<void> =>
  report(options, surveyBundles, entries =>
    entries.length === 0
      ? 'no bundles yet: npx explore train'
      : [
          table(
            ['', 'bundle', 'made', '>items', '>click NE', '>recall@100', 'signed', 'state'],
            entries.map(row),
          ),
          '',
          '▶ serves   ◀ served before: npx explore bundle rollback',
        ].join('\n'),
  )

type Metrics = {
  readonly secondStage?: { readonly heads?: { readonly click?: { readonly ne?: number } } }
  readonly retrieval?: { readonly towers?: { readonly 'recall@100'?: number } }
}

const row = (entry: BundleEntry): readonly string[] => {
  const { id, role, manifest, signed } = entry
  const { secondStage, retrieval } = (manifest?.metrics ?? {}) as Metrics
  return [
    role === null ? '' : MARKS[role],
    id,
    manifest === null ? '–' : minute(manifest.createdAt),
    short(manifest?.items),
    short(secondStage?.heads?.click?.ne),
    short(retrieval?.towers?.['recall@100']),
    signed ? 'yes' : 'no',
    stateOf(entry),
  ]
}

/** The last word on a bundle. */
export const stateOf = ({ problem, decisions, manifest }: BundleEntry): string => {
  if (problem !== null) return `broken: ${problem}`
  const last = decisions.at(-1)
  const imported = manifest?.origin?.imported.join(', ')
  const origin = imported ? `imported ${imported}; ` : ''
  if (last === undefined) return `${origin}never promoted`
  const forced = last.forced ? ' by force' : ''
  const why = last.failures.length > 0 ? `: ${last.failures.join('; ')}` : ''
  return `${origin}${last.action}${forced} ${minute(last.time)}${why}`
}
