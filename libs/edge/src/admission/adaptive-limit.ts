/** Requests that may be under way at first, and at least and at most. */
const INITIAL = 32
const LEAST = 2
const MOST = 4096
/** Completions that make a window: fewer tell too little, and a high limit needs more. */
const WINDOW = 10
/** How much of what a window says is believed: of good news less. */
const SMOOTHING = { up: 0.3, down: 0.6 }
/** A window takes at most half of the limit. */
const STEEPEST = 0.5
/** Queueing that takes as long again as the work is tolerated, however slow the work. */
const TOLERANCE = 2
/**
 * While requests are shed, the latency without a queue is measured anew so often, but after a hundred latencies at the
 * earliest: it takes a few, in which there is less served.
 */
const PROBE = { every: 10_000, latencies: 100, samples: 4 }

export interface AdaptiveOptions {
  /** Mean latency that is tolerated, in milliseconds, even where the work takes a fraction of it. */
  readonly target: () => number
  readonly now: () => number
}

/**
 * How many requests may be under way, learnt from their latencies (after Netflix's Gradient limits): it grows by its
 * square root while latency is tolerable, and shrinks in the ratio by which it is not. Tolerable is `target`, or twice
 * the latency without a queue where the work itself is slow; that latency is known from quiet times, and from
 * moments to which a busy server is made quiet, so that a long overload is not mistaken for slow work. Who takes more
 * than there is, is to be refused at once: a queue that all wait in serves nobody.
 */
export const adaptiveLimit = ({ target, now }: AdaptiveOptions) => {
  let limit = INITIAL
  let running = 0
  let unqueued: number | undefined
  let probe: { readonly from: number; readonly limit: number } | undefined
  let probed = now()
  let shed = false
  let window = { count: 0, sum: 0, peak: 0 }

  const quiet = (): number => Math.max(1, Math.floor(Math.sqrt(limit) / 2))

  const learn = (): void => {
    const latency = window.sum / window.count
    if (window.peak <= quiet()) unqueued = weighed(unqueued ?? latency, latency, SMOOTHING.up)
    const tolerable = Math.max(target(), TOLERANCE * (unqueued ?? 0))
    const gradient = Math.min(1, Math.max(STEEPEST, tolerable / latency))
    // Where callers do not ask for half of it, nothing is learnt of the rest.
    if (gradient < 1 || window.peak >= limit / 2) {
      const wanted = limit * gradient + Math.sqrt(limit)
      const share = wanted < limit ? SMOOTHING.down : SMOOTHING.up
      limit = Math.min(MOST, Math.max(LEAST, weighed(limit, wanted, share)))
    }
    window = { count: 0, sum: 0, peak: running }
    const due = probed + Math.max(PROBE.every, PROBE.latencies * latency)
    if (shed && now() >= due) probe = { from: now(), limit: quiet() }
    shed = false
  }

  /** A completion during a probe: it counts where the request found the server quiet, and the last one ends the probe. */
  const learnQuietly = (started: number): void => {
    if (started < probe!.from) return
    window.sum += now() - started
    if (++window.count < PROBE.samples) return
    const latency = window.sum / window.count
    unqueued = weighed(unqueued ?? latency, latency, SMOOTHING.down)
    window = { count: 0, sum: 0, peak: running }
    probe = undefined
    probed = now()
  }

  return {
    limit: (): number => Math.floor(limit),
    running: (): number => running,
    /** Begins a request and returns what ends it; undefined where it is one too many. */
    enter: (): ((outcome: 'served' | 'failed' | 'late') => void) | undefined => {
      if (running >= Math.floor(probe?.limit ?? limit)) {
        shed = true
        return undefined
      }
      const started = now()
      running++
      window.peak = Math.max(window.peak, running)
      return outcome => {
        running--
        // What failed at once says nothing of the load; what came too late says that it is too much.
        if (outcome === 'failed') return
        if (outcome === 'late') limit = Math.max(LEAST, limit * 0.9)
        if (probe !== undefined) return learnQuietly(started)
        window.count++
        window.sum += now() - started
        if (window.count >= Math.max(WINDOW, limit / 4)) learn()
      }
    },
  }
}

export type AdaptiveLimit = ReturnType<typeof adaptiveLimit>

const weighed = (old: number, latest: number, share: number): number => old + share * (latest - old)
