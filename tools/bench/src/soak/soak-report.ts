import type { Figure } from '../figures.ts'
import { figuresTable } from '../figures.ts'

/** What was seen in one interval of a soak. */
export interface SoakSample {
  /** Seconds from its beginning. */
  readonly at: number
  readonly perSecond: number
  /** A second, refusals and those while it restarts among them. */
  readonly errors: number
  /** NaN where none was answered. */
  readonly p50: number
  readonly p99: number
  /** NaN where no server ran. */
  readonly residentMb: number
  readonly descriptors: number
}

/** Something that was done to the server. */
export interface SoakMark {
  readonly at: number
  readonly what: string
}

const [WIDTH, HEIGHT, LEFT] = [900, 150, 60]

const chart = (
  title: string,
  samples: readonly SoakSample[],
  marks: readonly SoakMark[],
  lines: Readonly<Record<string, (sample: SoakSample) => number>>,
): string => {
  const end = samples.at(-1)?.at ?? 1
  const values = samples.flatMap(sample => Object.values(lines).map(of => of(sample)))
  const top = Math.max(1, ...values.filter(Number.isFinite)) * 1.05
  const x = (at: number): string => (LEFT + (at / end) * (WIDTH - LEFT)).toFixed(1)
  const y = (value: number): string => (HEIGHT - (value / top) * HEIGHT).toFixed(1)
  const drawn = Object.entries(lines).map(([name, of], i) => {
    // A line ends where there is nothing to tell, and begins anew behind it.
    const told = samples.map(sample => Number.isFinite(of(sample)))
    const points = samples.flatMap((sample, at) =>
      told[at] ? [`${told[at - 1] ? 'L' : 'M'}${x(sample.at)},${y(of(sample))}`] : [],
    )
    return `<path class="line${i}" d="${points.join(' ')}"><title>${name}</title></path>`
  })
  const named = Object.keys(lines).map((name, i) => `<span class="name${i}">${name}</span>`)
  const noted = marks.map(
    ({ at, what }) =>
      `<line class="mark" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${HEIGHT}"/><text x="${x(at)}" y="-4">${what}</text>`,
  )
  return `<h2>${title} ${named.join(' ')}</h2>
<svg viewBox="0 -14 ${WIDTH} ${HEIGHT + 30}">
<text x="0" y="10">${top < 100 ? top.toPrecision(3) : Math.round(top)}</text><text x="0" y="${HEIGHT}">0</text>
<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/>
<text x="${WIDTH - 60}" y="${HEIGHT + 13}">${Math.round(end)} s</text>
${drawn.join('\n')}
${noted.join('\n')}
</svg>`
}

/** The report as one page that needs nothing else. */
export const soakReport = (
  samples: readonly SoakSample[],
  marks: readonly SoakMark[],
  figures: readonly Figure[],
): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Explore: soak</title>
<style>
body { font: 14px system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }
h2 { font-size: 1rem; margin: 1.5rem 0 .3rem } pre { overflow-x: auto; background: #f4f4f4; padding: 1rem }
svg { width: 100%; height: auto } path { fill: none; stroke-width: 1.5 } text { font-size: 10px; fill: #555 }
.line0 { stroke: #1668b8 } .line1 { stroke: #c2410c } .name0 { color: #1668b8 } .name1 { color: #c2410c }
.axis { stroke: #999 } .mark { stroke: #999; stroke-dasharray: 3 3 }
</style>
<h1>Soak</h1>
<p>A day in ${Math.round(samples.at(-1)?.at ?? 0)} s against one gateway. Dashed lines: what was done to it.</p>
<pre>${figuresTable(figures).replaceAll('<', '&lt;')}</pre>
${chart('Requests a second', samples, marks, { answered: s => s.perSecond, 'errors, refusals and while it restarts': s => s.errors })}
${chart('Latency from when due, ms', samples, marks, { p50: s => s.p50, p99: s => s.p99 })}
${chart('Resident memory, MB', samples, marks, { resident: s => s.residentMb })}
${chart('Open descriptors', samples, marks, { descriptors: s => s.descriptors })}
</html>
`
