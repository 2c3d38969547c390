import type { Progress } from '@explore/embedded'

const WIDTH = 16
/** Steps in which plain output reports a stage. */
const PLAIN_STEP = 0.25

/** Where progress is drawn: a terminal, or anything that takes text. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** Draws progress on a terminal as bars that grow in place, elsewhere as plain lines. */
export const progressView = (
  out: ProgressOutput,
  clock: () => number,
): { readonly progress: Progress; readonly end: () => void } =>
  out.isTTY ? bars(out, clock) : lines(out, clock)

const label = (stage: string, note: string | undefined): string =>
  `${stage}${note === undefined ? '' : ` · ${note}`}`

/** A stage as it was first seen: work that goes on from before begins with a part done. */
interface Begun {
  readonly since: number
  readonly from: number
}

/** The time left by the speed so far, ` · 12 s left`; nothing before that can be told. */
const timeLeft = ({ since, from }: Begun, fraction: number, now: number): string => {
  const done = fraction - from
  if (fraction >= 1 || done < 0.02) return ''
  const seconds = Math.ceil(((now - since) / 1000 / done) * (1 - fraction))
  return ` · ${seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`} left`
}

/** One line a stage, in the order in which they began; stages may take turns. */
const bars = (out: ProgressOutput, clock: () => number): ReturnType<typeof progressView> => {
  let rows: (Begun & { readonly stage: string })[] = []
  return {
    progress: (stage, fraction, note) => {
      let row = rows.findIndex(each => each.stage === stage)
      if (row < 0) {
        row = rows.push({ stage, since: clock(), from: fraction }) - 1
        out.write('\n')
      }
      const done = Math.max(0, Math.min(1, fraction))
      const cells = Math.round(done * WIDTH)
      const bar = '█'.repeat(cells) + '░'.repeat(WIDTH - cells)
      const seconds = ((clock() - rows[row]!.since) / 1000).toFixed(0)
      const percent = `${Math.floor(done * 100)}`.padStart(3)
      const left = timeLeft(rows[row]!, fraction, clock())
      const text = `${bar} ${percent} % ${seconds.padStart(4)} s${left}  ${label(stage, note)}`
      // The cursor rests below the last bar; a bar that wrapped would put all of them out of place.
      const up = rows.length - row
      out.write(`\x1b[${up}A\x1b[2K${text.slice(0, (out.columns ?? 80) - 1)}\x1b[${up}B\r`)
    },
    end: () => {
      rows = []
    },
  }
}

const lines = (out: ProgressOutput, clock: () => number): ReturnType<typeof progressView> => {
  const start = clock()
  const due = new Map<string, number>()
  return {
    progress: (stage, fraction, note) => {
      if (fraction < (due.get(stage) ?? 0)) return
      due.set(stage, Math.floor(fraction / PLAIN_STEP) * PLAIN_STEP + PLAIN_STEP)
      const seconds = ((clock() - start) / 1000).toFixed(1)
      out.write(
        `[${seconds.padStart(5)} s] ${label(stage, note)} ${Math.floor(fraction * 100)} %\n`,
      )
    },
    end: () => due.clear(),
  }
}
