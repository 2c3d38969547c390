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

/** The `p`-quantile of unsorted values, by the nearest rank. */
export const quantile = (values: ArrayLike<number>, p: number): number => {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? NaN
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5)

/** CPU time of this process, all threads, in milliseconds. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Median CPU milliseconds of one call over `rounds` rounds of `calls`, after a warm-up round. */
export const cpuPerCall = async (
  work: () => unknown,
  { rounds, calls }: { readonly rounds: number; readonly calls: number },
): Promise<number> => {
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const start = cpuMs()
    for (let i = 0; i < calls; i++) await work()
    if (round > 0) times.push((cpuMs() - start) / calls)
  }
  return median(times)
}

/** Figures as a text table: name, value, bound, verdict, note. */
export const figuresTable = (figures: readonly Figure[]): string => {
  const rows = figures.map(figure => {
    const { name, value, unit, bound, note } = figure
    const wanted =
      bound === undefined ? '' : 'most' in bound ? `≤ ${bound.most}` : `≥ ${bound.least}`
    const verdict = { true: 'holds', false: 'MISSED', undefined: '' }[
      String(holds(figure)) as 'true'
    ]
    return [name, value.toPrecision(4), unit, wanted, verdict, note ?? '']
  })
  const widths = [0, 1, 2, 3, 4].map(i => Math.max(...rows.map(row => row[i]!.length)))
  return rows
    .map(row =>
      row
        .map((cell, i) => (i === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
