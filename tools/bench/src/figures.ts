/** One measured figure; those with a bound are what the project promises. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The ratio must be at most, or at least, this. */
  readonly bound?: { readonly most: number } | { readonly least: number }
  /** How it came about, in a few words. */
  readonly note?: string
}

export const holds = ({ value, bound }: Figure): boolean | undefined =>
  bound === undefined ? undefined : 'most' in bound ? value <= bound.most : value >= bound.least

/** Figures as a text table: name, value, unit, bound, verdict, note. */
export const figuresTable = (figures: readonly Figure[]): string =>
  aligned(
    figures.map(figure => {
      const { name, value, unit, bound, note } = figure
      const wanted =
        bound === undefined ? '' : 'most' in bound ? `≤ ${bound.most}` : `≥ ${bound.least}`
      const verdict = { true: 'holds', false: 'MISSED', undefined: '' }[
        String(holds(figure)) as 'true'
      ]
      return [name, digits(value), unit, wanted, verdict, note ?? '']
    }),
  )

/** Figures of two runs by name: old, new, new ÷ old. A figure that one of them lacks has a dash. */
export const comparisonTable = (before: readonly Figure[], after: readonly Figure[]): string => {
  const old = new Map(before.map(figure => [figure.name, figure]))
  const names = new Set([...after, ...before].map(({ name }) => name))
  const now = new Map(after.map(figure => [figure.name, figure]))
  const rows = [...names].map(name => {
    const [a, b] = [old.get(name), now.get(name)]
    const ratio = a && b ? `× ${digits(b.value / a.value)}` : '–'
    return [name, a ? digits(a.value) : '–', b ? digits(b.value) : '–', (b ?? a)!.unit, ratio]
  })
  return aligned([['', 'old', 'new', '', 'new ÷ old'], ...rows])
}

const digits = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toString() : value.toPrecision(3)

/** Columns one under the other; the numbers, in the second column, to the right. */
const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map(row => row[i]!.length))) ?? []
  return rows
    .map(row =>
      row
        .map((cell, i) => (i === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
