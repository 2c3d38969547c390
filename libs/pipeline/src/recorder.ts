import type { Kept } from './keep-best.ts'
import type { Columns, Slate } from './slate.ts'
import type { Arrangement, Found, Observer } from './stage.ts'
import { rankOf } from './top.ts'
import type { Move, Sighting, StepTrace, Trace } from './trace.ts'

/** Collects the trace of one run, and the way of one watched item through it. */
export class Recorder {
  readonly #steps: StepTrace[] = []
  readonly #rungs: string[] = []
  readonly #moves: Move[] = []
  readonly #sightings: Sighting[] = []
  readonly #watch: number | undefined
  readonly #explain: boolean
  readonly #observer: Observer | undefined
  #counts: Record<string, number> = {}
  #failures: Record<string, string> = {}
  #rung: string | undefined
  #reason: string | undefined

  constructor({
    watch,
    observer,
    explain = false,
  }: {
    watch?: number | undefined
    observer?: Observer | undefined
    explain?: boolean | undefined
  }) {
    this.#watch = watch
    this.#observer = observer
    this.#explain = explain
  }

  /** Starts a step; call the result with the step's slate to end it. */
  begin(step: string, kind: StepTrace['kind'], before: number): (after: Slate) => void {
    const start = performance.now()
    this.#counts = {}
    this.#failures = {}
    this.#rung = undefined
    this.#reason = undefined
    return after => {
      this.#steps.push({
        step,
        kind,
        in: before,
        out: after.length,
        ms: performance.now() - start,
        ...(Object.keys(this.#counts).length > 0 && { counts: this.#counts }),
        ...(Object.keys(this.#failures).length > 0 && { failures: this.#failures }),
        ...(this.#rung !== undefined && { rung: this.#rung }),
      })
      this.#sight(step, after)
      this.#observer?.passed?.(step, after)
    }
  }

  count(name: string, n: number): void {
    if (n > 0 || !(name in this.#counts)) this.#counts[name] = (this.#counts[name] ?? 0) + n
  }

  /** Notes that a filter refused `item`, should it be the watched one. */
  refuse(filter: string, item: number): void {
    if (item === this.#watch) this.#reason = `refused by ${filter}`
  }

  fail(name: string, error: unknown): void {
    this.#failures[name] = error instanceof Error ? error.message : String(error)
  }

  rung(name: string): void {
    this.#rung = this.#rung === undefined ? name : `${this.#rung}, ${name}`
    if (!this.#rungs.includes(name)) this.#rungs.push(name)
  }

  /** Notes where the watched item stood in the sources' lists, should the mix leave it out. */
  found(names: readonly string[], found: readonly Found[]): void {
    names.forEach((name, i) => this.#observer?.found?.(name, found[i]!))
    if (this.#watch === undefined) return
    const ranks = found.flatMap(({ items }, i) => {
      const rank = items.indexOf(this.#watch!) + 1
      return rank === 0 ? [] : [`${names[i]} (rank ${rank} of ${items.length})`]
    })
    if (ranks.length > 0) this.#reason = `beyond the share of ${ranks.join(', ')}`
  }

  /** Notes where the watched item stood before a cut, should the cut leave it out. */
  cut(slate: Slate<any>, by: string, { rows, saved }: Kept): void {
    if (this.#watch === undefined) return
    const row = slate.items.indexOf(this.#watch)
    if (row < 0) return
    const scores = slate[by] as Float32Array
    const places = saved === 0 ? '' : `, ${saved} of them reserved`
    this.#reason =
      `rank ${rankOf(scores, row) + 1} of ${slate.length} by ${by} ` +
      `(${scores[row]!.toPrecision(4)}); ${rows.length} are kept${places}`
  }

  /** Notes each row's move, where somebody wants to know. */
  moves(rule: string, slate: Slate<Columns>, { rows, why }: Arrangement): void {
    if (!this.#explain && this.#watch === undefined) return
    const to = new Int32Array(slate.length).fill(-1)
    rows.forEach((row, at) => (to[row] = at))
    for (let from = 0; from < to.length; from++) {
      const at = to[from]!
      if (at === from) continue
      const item = slate.items[from]!
      const reason = why?.[from]
      this.#moves.push({
        rule,
        item,
        from,
        ...(at >= 0 && { to: at }),
        ...(reason !== undefined && { why: reason }),
      })
      if (at < 0 && item === this.#watch) this.#reason = `dropped by ${rule}`
    }
  }

  /** What is to be watched and recorded of this run, for a part of it that records by itself. */
  get options(): { readonly watch: number | undefined; readonly observer: Observer | undefined } {
    return { watch: this.#watch, observer: this.#observer }
  }

  /** Takes over the account of a part of the run. */
  take({ steps, rungs, moves, sightings }: Trace): void {
    this.#steps.push(...steps)
    this.#moves.push(...moves)
    this.#sightings.push(...sightings)
    for (const rung of rungs) if (!this.#rungs.includes(rung)) this.#rungs.push(rung)
  }

  trace(): Trace {
    return {
      steps: this.#steps,
      rungs: this.#rungs,
      moves: this.#moves,
      sightings: this.#sightings,
    }
  }

  #sight(step: string, slate: Slate): void {
    if (this.#watch === undefined) return
    const row = slate.items.indexOf(this.#watch)
    this.#sightings.push({
      step,
      ...(row >= 0 && { row }),
      ...(row < 0 && this.#reason !== undefined && { reason: this.#reason }),
    })
  }
}
