import { applyFilters, refill } from './apply-filters.ts'
import { keepBest } from './keep-best.ts'
import { Recorder } from './recorder.ts'
import { type Columns, extend, type Slate, take } from './slate.ts'
import type {
  Context,
  Fallback,
  Filter,
  Found,
  Lookup,
  Mixer,
  Part,
  Pool,
  Reserve,
  Rule,
  Run,
  RunOptions,
  Source,
} from './stage.ts'
import type { StepTrace } from './trace.ts'
import { within } from './within.ts'

/** Names of the columns of `C` that can order a slate. */
type Scores<C extends Columns> = {
  [K in keyof C]: C[K] extends Float32Array | Float64Array ? K : never
}[keyof C] &
  string

/** What a cut by `By` adds: each row's 0-based rank by that score among all that were there. */
type Ranks<By extends string> = { readonly [K in `${By}Rank`]: Uint32Array }

type Any = Slate<any>
type Step<Q> = (slate: Any, query: Q, context: Context, record: Recorder) => Any | Promise<Any>

/**
 * A recommender as a typed chain, read from top to bottom in the order in which it runs.
 * The slate's type grows with the stages: a stage that needs a column which no earlier stage adds
 * does not compile. `S` is what it begins with: nothing, or what the funnel has that it is a part of.
 */
export class Funnel<Q, C extends Columns, S extends Columns = {}> implements Part<Q, S, C> {
  readonly name = 'funnel'
  readonly #steps: readonly Step<Q>[]
  readonly #filters: readonly Filter<Q>[]

  private constructor(steps: readonly Step<Q>[], filters: readonly Filter<Q>[]) {
    this.#steps = steps
    this.#filters = filters
  }

  /** A funnel without steps, for what comes with columns `S`. */
  static begin<Q, S extends Columns = {}>(): Funnel<Q, S, S> {
    return new Funnel<Q, S, S>([], [])
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
        sources.map(async (source, i) =>
          shares[i] === 0 ? NOTHING : findSafely(source, query, shares[i]!, context, record),
        ),
      )
      names.forEach((name, i) => record.count(name, found[i]!.items.length))
      record.found(names, found)
      return mixer.mix(found, names, query)
    }
    return new Funnel<Q, C>([timed('retrieve', 'retrieve', step)], [])
  }

  /** Drops what any filter refuses. */
  filter(...filters: readonly Filter<Q>[]): Funnel<Q, C, S> {
    const step: Step<Q> = (slate, query, _, record) => applyFilters(filters, slate, query, record)
    return new Funnel<Q, C, S>(
      [...this.#steps, timed('filter', 'filter', step)],
      [...this.#filters, ...filters],
    )
  }

  /** Where fewer than `least` are left, adds candidates of `pool` that pass all filters so far. */
  refill(pool: Pool<Q, C>, least: (query: Q) => number): Funnel<Q, C, S> {
    const step: Step<Q> = (slate, query, _, record) => {
      const missing = least(query) - slate.length
      return missing > 0 ? refill(slate, missing, pool, this.#filters, query, record) : slate
    }
    return this.#then<C>(timed(pool.name, 'refill', step))
  }

  /** Adds the stage's columns. With `orElse`, a failing or late stage is replaced and flagged. */
  lookup<A extends Columns>(
    stage: Lookup<Q, C, A>,
    orElse?: Fallback<Q, C, A>,
  ): Funnel<Q, C & A, S> {
    const step: Step<Q> = async (slate, query, context, record) => {
      try {
        // Where something stands in for it, a stage that has no time left is not even begun.
        if (orElse !== undefined) context.signal.throwIfAborted()
        const columns = await within(stage.load(slate, query, context), context.signal)
        return extend(slate, columns, stage.name)
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
  keep<By extends Scores<C>>(
    n: (query: Q) => number,
    by: By,
    reserve?: Reserve<Q, C>,
  ): Funnel<Q, C & Ranks<By>, S> {
    const step: Step<Q> = (slate, query, _, record) => {
      const held = reserve && {
        least: reserve.least(query),
        holds: (row: number): boolean => reserve.holds(row, slate),
      }
      const kept = keepBest(slate[by], n(query), held)
      record.cut(slate, by, kept)
      return { ...take(slate, kept.rows), [`${by}Rank`]: kept.ranks }
    }
    return this.#then<C & Ranks<By>>(timed(`keep by ${by}`, 'keep', step))
  }

  /** Applies the rules in order; every move is recorded. */
  rerank(...rules: readonly Rule<Q, C>[]): Funnel<Q, C, S> {
    const steps = rules.map(rule =>
      timed<Q>(rule.name, 'rerank', (slate, query, context, record) => {
        const arrangement = rule.arrange(slate, query, context)
        record.moves(rule.name, slate, arrangement)
        return take(slate, arrangement.rows)
      }),
    )
    return new Funnel<Q, C, S>([...this.#steps, ...steps], this.#filters)
  }

  /**
   * Goes on with `part`: a funnel's steps become this one's, what runs elsewhere is asked, and its account becomes part
   * of this run's. With `orElse`, what runs elsewhere and fails or is late is replaced and flagged.
   */
  part<D extends Columns>(
    part: Part<Q, C, D>,
    orElse?: { readonly rung: string; readonly funnel: Funnel<Q, D, C> },
  ): Funnel<Q, D, S> {
    if (part instanceof Funnel) {
      const { steps, filters } = (part as Funnel<Q, D, C>).#all()
      return new Funnel<Q, D, S>([...this.#steps, ...steps], [...this.#filters, ...filters])
    }
    return this.#then<D>(async (slate, query, context, record) => {
      try {
        context.signal.throwIfAborted()
        const running = part.run(query, context, record.options, slate)
        const { slate: next, trace } = await within(running, context.signal)
        record.take(trace)
        return next
      } catch (error) {
        if (orElse === undefined) throw error
        const done = record.begin(part.name, 'part', slate.length)
        record.fail(part.name, error)
        record.rung(orElse.rung)
        done(slate)
        return orElse.funnel.#run(slate, query, context, record)
      }
    })
  }

  async run(
    query: Q,
    context: Context,
    options: RunOptions = {},
    from: Slate<S> = NO_SLATE as unknown as Slate<S>,
  ): Promise<Run<C>> {
    const record = new Recorder({ ...options, explain: context.explain })
    const slate = await this.#run(from, query, context, record)
    return { slate: slate as Slate<C>, trace: record.trace() }
  }

  async #run(slate: Any, query: Q, context: Context, record: Recorder): Promise<Any> {
    for (const step of this.#steps) slate = await step(slate, query, context, record)
    return slate
  }

  #all() {
    return { steps: this.#steps, filters: this.#filters }
  }

  #then<D extends Columns>(step: Step<Q>): Funnel<Q, D, S> {
    return new Funnel<Q, D, S>([...this.#steps, step], this.#filters)
  }
}

const NO_SLATE: Slate<{}> = { length: 0, items: new Uint32Array(0) }
const NOTHING: Found = { items: new Uint32Array(0), scores: new Float32Array(0) }

const findSafely = async <Q>(
  source: Source<Q>,
  query: Q,
  want: number,
  context: Context,
  record: Recorder,
): Promise<Found> => {
  const signal = context.retrieval ?? context.signal
  try {
    const found = await within(source.find(query, want, { ...context, signal }), signal)
    if (found.rung !== undefined) record.rung(found.rung)
    return found
  } catch (error) {
    record.fail(source.name, error)
    record.rung(`without ${source.name}`)
    return NOTHING
  }
}

const timed =
  <Q>(name: string, kind: StepTrace['kind'], step: Step<Q>): Step<Q> =>
  async (slate, query, context, record) => {
    const done = record.begin(name, kind, slate.length)
    const next = await step(slate, query, context, record)
    done(next)
    return next
  }
