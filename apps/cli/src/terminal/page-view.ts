import type { Item, ItemExplanation, Page } from '@explore/explore'

const BAR = 18

/** Draws a page and, where it was explained, the funnel's counts and each item's reasons. */
export const pageView = (page: Page, items: ReadonlyMap<string, Item>, colour: boolean): string => {
  const dim = (text: string): string => (colour ? `\x1b[2m${text}\x1b[0m` : text)
  const bold = (text: string): string => (colour ? `\x1b[1m${text}\x1b[0m` : text)
  const out: string[] = []
  const bundle = page.bundle === null ? 'no bundle' : `bundle ${page.bundle}`
  out.push(
    `${bold(`Explore for ${page.userId}`)}  ${dim(`${page.group} viewer · ${page.origin} · ${bundle}`)}`,
  )
  if (page.degraded.length > 0) out.push(`degraded: ${page.degraded.join(', ')}`)

  if (page.trace !== undefined) {
    out.push('')
    const widest = Math.max(1, ...page.trace.map(step => Math.max(step.in, step.out)))
    for (const { step, in: before, out: after, ms, counts, rung } of page.trace) {
      const cells = Math.max(1, Math.round((Math.log1p(after) / Math.log1p(widest)) * BAR))
      const bar = '█'.repeat(after === 0 ? 0 : cells).padEnd(BAR, '·')
      const detail = Object.entries(counts ?? {})
        .map(([name, n]) => `${name} ${n}`)
        .join('  ')
      out.push(
        `${step.padEnd(20)} ${bar} ${String(before).padStart(5)} → ${String(after).padEnd(5)} ` +
          `${ms.toFixed(2).padStart(6)} ms  ${dim(rung === undefined ? detail : `fell back to ${rung}`)}`,
      )
    }
  }

  out.push('')
  page.items.forEach(({ itemId, score, sources, explanation }, place) => {
    const item = items.get(itemId)
    const about = [item?.topics?.slice(0, 2).join(', '), item && `by ${item.author}`]
      .filter(Boolean)
      .join(' ')
    const value = score === null ? '     –' : score.toFixed(3).padStart(6)
    out.push(
      `${String(place + 1).padStart(3)}  ${itemId.padEnd(10)} ${value}  ${about.padEnd(34)} ${dim(sources.join(' ') || 'whole pool')}`,
    )
    if (explanation !== undefined) out.push(dim(reasons(explanation)))
  })
  if (page.items.length === 0) out.push('(nothing is left that this viewer may see)')

  if (page.absent !== undefined) {
    const { itemId, place, leftAt, reason, steps } = page.absent
    out.push('', bold(place === undefined ? `Why ${itemId} is not here` : `${itemId} is here`))
    out.push(leftAt === undefined ? reason : `${leftAt}: ${reason}`)
    for (const { step, rank, reason: why } of steps) {
      out.push(
        dim(
          `  ${step.padEnd(20)} ${rank === undefined ? 'gone' : `rank ${rank}`}${why ? `  ${why}` : ''}`,
        ),
      )
    }
  }
  return out.join('\n')
}

const reasons = ({ retrieval, firstStage, secondStage, value, moves }: ItemExplanation): string => {
  const heads = Object.entries(secondStage.probabilities)
    .filter(([, p]) => p >= 0.0005)
    .map(([head, p]) => `${head} ${(100 * p).toFixed(p < 0.01 ? 2 : 1)} %`)
  const terms = Object.entries(value.terms)
    .filter(([, term]) => Math.abs(term) >= 0.0005)
    .map(([head, term]) => `${term >= 0 ? '+' : '−'}${Math.abs(term).toFixed(3)} ${head}`)
  const lines = [
    `retrieved ${retrieval.rank} · first stage ${firstStage.rank} (${firstStage.score.toFixed(2)}) · second stage ${secondStage.rank}`,
    heads.join('  '),
    `value ${value.value.toFixed(3)} = ${terms.join(' ')}`,
    ...moves
      .filter(({ why }) => why !== undefined)
      .map(({ rule, from, to, why }) => `${rule}: ${from} → ${to}, ${why}`),
  ]
  return lines.map(line => `       ${line}`).join('\n')
}
