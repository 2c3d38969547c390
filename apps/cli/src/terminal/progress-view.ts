import type { Progress } from '@explore/embedded'

const WIDTH = 24
/** Steps in which plain output reports a stage. */
const PLAIN_STEP = 0.25

/** Draws progress on a terminal as bars that grow in place, elsewhere as plain lines. Writes to stderr. */
export const progressView = (
  out: NodeJS.WriteStream,
  clock: () => number,
): { readonly progress: Progress; readonly end: () => void } =>
  out.isTTY ? bars(out, clock) : lines(out, clock)

const label = (stage: string, note: string | undefined): string =>
  `${stage}${note === undefined ? '' : ` · ${note}`}`

const bars = (out: NodeJS.WriteStream, clock: () => number): ReturnType<typeof progressView> => {
  let current = ''
  let since = 0
  return {
    progress: (stage, fraction, note) => {
      if (current !== '' && current !== stage) out.write('\n')
      if (current !== stage) since = clock()
      current = stage
      const done = Math.max(0, Math.min(1, fraction))
      const cells = Math.round(done * WIDTH)
      const bar = '█'.repeat(cells) + '░'.repeat(WIDTH - cells)
      const seconds = ((clock() - since) / 1000).toFixed(0)
      const text = `${bar} ${String(Math.round(done * 100)).padStart(3)} % ${seconds.padStart(3)} s  ${label(stage, note)}`
      out.write(`\r\x1b[2K${text.slice(0, Math.max(20, (out.columns ?? 100) - 1))}`)
    },
    end: () => {
      if (current !== '') out.write('\n')
      current = ''
    },
  }
}

const lines = (out: NodeJS.WriteStream, clock: () => number): ReturnType<typeof progressView> => {
  const start = clock()
  /** Stages may run side by side: each has its own next fraction to report. */
  const next = new Map<string, number>()
  return {
    progress: (stage, fraction, note) => {
      if (fraction < (next.get(stage) ?? 0)) return
      next.set(stage, Math.floor(fraction / PLAIN_STEP) * PLAIN_STEP + PLAIN_STEP)
      const seconds = ((clock() - start) / 1000).toFixed(1)
      out.write(`[${seconds.padStart(5)} s] ${label(stage, note)} ${Math.round(fraction * 100)} %\n`)
    },
    end: () => {},
  }
}
