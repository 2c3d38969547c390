import type { Columns, Slate } from './slate.ts'
import { extend, take } from './slate.ts'
import type {
  Context,
  Fallback,
  Filter,
  Found,
  Lookup,
  Mixer,
  Observer,
  Reserve,
  Rule,
  Source,
} from './stage.ts'
import { Recorder } from './recorder.ts'
import { top } from './top.ts'
import type { Trace } from './trace.ts'
import { within } from './within.ts'

/** Names of the columns of `C` that can order a slate. */
type Scores<C extends Columns> = {
  [K in keyof C]: C[K] extends Float32Array | Float64Array ? K : never
}[keyof C] &
  string

type Any = Slate<any>
type Step<Q> = (slate: Any, query: Q, context: Context, record: Recorder) => Any | Promise<Any>

export interface Run<C extends Columns> {
  readonly slate: Slate<C>
  readonly trace: Trace
}

export interface RunOptions {
  /** Ordinal of an item whose way through the funnel is to be recorded. */
  readonly watch?: number
}

/**
 * A recommender as a typed chain, read from top to bottom in the order in which it runs.
 * The slate's type grows with the stages: a stage that needs a column which no earlier stage adds
 * does not compile.
 */
export class Funnel<Q, C extends Columns> {
  readonly #steps: readonly Step<Q>[]
  readonly #filters: readonly Filter<Q, any>[]

  private constructor(steps: readonly Step<Q>[], filters: readonly Filter<Q, any>[]) {
    this.#steps = steps
    this.#filters = filters
  }

  /** Asks all sources at once and mixes them; one that fails or is late is left out and flagged. */
  static retrieve<Q, C extends Columns>(
    sources: readonly Source<Q>[],
    mixer: Mixer<Q, C>,
  ): Funnel<Q, C> {
    const names = sources.map(source => source.name)
    const step: Step<Q> = async (_, query, context, record) => {
      const shares = mixer.shares(names, query)
      const found = await Promise.all(
        sources.map((source, i) =>
          shares[i] === 0 ? NOTHING : findSafely(source, query, shares[i]!, context, record),
        ),
      )
      names.forEach((name, i) => record.count(name, found[i]!.items.length))
      return mixer.mix(found, names, query)
    }
    return new Funnel<Q, C>([timed('retrieve', 'retrieve', step)], [])
  }

  /** Drops what any filter refuses; the first that refuses is the one that is counted. */
  filter(...filters: readonly Filter<Q, C>[]): Funnel<Q, C> {
    const step: Step<Q> = (slate, query, _, record) => applyFilters(filters, slate, query, record)
    return new Funnel<Q, C>(
      [...this.#steps, timed('filter', 'filter', step)],
      [...this.#filters, ...filters],
    )
  }

  /** Where fewer than `least` are left, adds candidates of `source`; they pass all filters so far. */
  refill(
    source: Source<Q>,
    least: (query: Q) => number,
    columns: (found: Found) => C,
  ): Funnel<Q, C> {
    const filters = this.#filters
    const step: Step<Q> = async (slate, query, context, record) => {
      const missing = least(query) - slate.length
      if (missing <= 0) return slate
      const found = await source.find(query, missing, context)
      const have = new Set<number>(slate.items)
      const rows = Uint32Array.from(found.items.keys()).filter(i => !have.has(found.items[i]!))
      const extra = take(
        extend({ length: found.items.length, items: found.items }, columns(found), source.name),
        rows,
      )
      return concat(slate, applyFilters(filters, extra, query, record))
    }
    return new Funnel<Q, C>([...this.#steps, timed(source.name, 'refill', step)], filters)
  }

  /** Adds the stage's columns. With `orElse`, a failing or late stage is replaced and flagged. */
  lookup<A extends Columns>(stage: Lookup<Q, C, A>, orElse?: Fallback<Q, C, A>): Funnel<Q, C & A> {
    const step: Step<Q> = async (slate, query, context, record) => {
      try {
        return extend(
          slate,
          await within(stage.load(slate, query, context), context.signal),
          stage.name,
        )
      } catch (error) {
        if (orElse === undefined) throw error
        record.fail(stage.name, error)
        record.rung(orElse.rung)
        return extend(slate, orElse.load(slate, query), orElse.rung)
      }
    }
    return this.#then<C & A>(timed(stage.name, 'lookup', step))
  }

  /** Keeps the `n` best by a score column, best first; `reserve` holds places for rows it would lose. */
  keep(n: (query: Q) => number, by: Scores<C>, reserve?: Reserve<Q, C>): Funnel<Q, C> {
    const step: Step<Q> = (slate, query, _, record) => {
      const rows = reserved(top(slate[by], n(query)), slate, by, query, reserve)
      record.cut(slate, by, rows)
      return take(slate, rows)
    }
    return this.#then<C>(timed(`keep by ${by}`, 'keep', step))
  }

  /** Applies the rules in order; every move is recorded. */
  rerank(...rules: readonly Rule<Q, C>[]): Funnel<Q, C> {
    const steps = rules.map(rule =>
      timed<Q>(rule.name, 'rerank', (slate, query, context, record) => {
        const arrangement = rule.arrange(slate, query, context)
        record.moves(rule.name, slate, arrangement)
        return take(slate, arrangement.rows)
      }),
    )
    return new Funnel<Q, C>([...this.#steps, ...steps], this.#filters)
  }

  /** Tells `observers` of the finished slate. */
  observe(...observers: readonly Observer<Q, C>[]): Funnel<Q, C> {
    return this.#then<C>((slate, query, _, record) => {
      for (const observer of observers) {
        try {
          observer.saw(slate, query)
        } catch (error) {
          record.fail(observer.name, error)
        }
      }
      return slate
    })
  }

  async run(query: Q, context: Context, options: RunOptions = {}): Promise<Run<C>> {
    const record = new Recorder(options.watch)
    let slate: Any = { length: 0, items: new Uint32Array(0) }
    for (const step of this.#steps) slate = await step(slate, query, context, record)
    return { slate, trace: record.trace() }
  }

  #then<D extends Columns>(step: Step<Q>): Funnel<Q, D> {
    return new Funnel<Q, D>([...this.#steps, step], this.#filters)
  }
}

const NOTHING: Found = { items: new Uint32Array(0), scores: new Float32Array(0) }

const findSafely = async <Q>(
  source: Source<Q>,
  query: Q,
  want: number,
  context: Context,
  record: Recorder,
): Promise<Found> => {
  try {
    return await within(source.find(query, want, context), context.signal)
  } catch (error) {
    record.fail(source.name, error)
    record.rung(`without ${source.name}`)
    return NOTHING
  }
}

const applyFilters = <Q>(
  filters: readonly Filter<Q, any>[],
  slate: Any,
  query: Q,
  record: Recorder,
): Any => {
  const rows = new Uint32Array(slate.length)
  let kept = 0
  for (let row = 0; row < slate.length; row++) {
    const refused = filters.find(filter => !filter.keep(row, slate, query))
    if (refused === undefined) rows[kept++] = row
    else record.refuse(refused.name, slate.items[row])
  }
  return take(slate, rows.subarray(0, kept))
}

/** The cut `rows`, its last places given to reserved rows as far as the cut lacks them. */
const reserved = <Q>(
  rows: Uint32Array,
  slate: Any,
  by: string,
  query: Q,
  reserve: Reserve<Q, any> | undefined,
): Uint32Array => {
  if (reserve === undefined || rows.length === slate.length) return rows
  const kept = new Set(rows)
  const inside = rows.reduce((n, row) => n + (reserve.holds(row, slate) ? 1 : 0), 0)
  const missing = Math.min(reserve.least(query), rows.length) - inside
  if (missing <= 0) return rows
  const outside = Uint32Array.from(slate.items.keys() as Iterable<number>).filter(
    row => !kept.has(row) && reserve.holds(row, slate),
  )
  const best = top(
    Float64Array.from(outside, row => slate[by][row]),
    missing,
  )
  const swapped = rows.slice()
  // Only rows that are not reserved themselves make room, from the cut's end.
  let at = rows.length - 1
  for (const i of best) {
    while (at >= 0 && reserve.holds(swapped[at]!, slate)) at--
    if (at < 0) break
    swapped[at--] = outside[i]!
  }
  return swapped
}

const concat = (a: Any, b: Any): Any => {
  const joined: Record<string, unknown> = { length: a.length + b.length }
  for (const name of Object.keys(a)) {
    if (name === 'length') continue
    const column = new a[name].constructor(a.length + b.length)
    column.set(a[name])
    column.set(b[name], a.length)
    joined[name] = column
  }
  return joined as Any
}

const timed =
  <Q>(name: string, kind: Trace['steps'][number]['kind'], step: Step<Q>): Step<Q> =>
  async (slate, query, context, record) => {
    const done = record.begin(name, kind, slate.length)
    const next = await step(slate, query, context, record)
    done(next)
    return next
  }
