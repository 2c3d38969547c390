import type { Columns, Slate } from './slate.ts'
import type { Trace } from './trace.ts'

export type Awaitable<T> = T | Promise<T>

/** What a stage may know of the world: time, chance and deadline are arguments, never globals. */
export interface Context {
  /** Milliseconds since the epoch, the same for all stages of a request. */
  readonly now: number
  /**
   * Seeds all chance of a request, so that it can be replayed. Each stage draws from a stream of its own, made of the
   * seed and its name: what it draws does not depend on what others drew, or on where it runs.
   */
  readonly seed: string
  /** Aborted when the request's deadline has passed or its caller has gone. */
  readonly signal: AbortSignal
  /** When the signal is aborted for lateness, by performance.now(): for stages that have to tell others. */
  readonly deadline?: number
  /** Aborted before `signal`, so that rankers keep some time when a source is late. */
  readonly retrieval?: AbortSignal
  /** Whether anybody will read why rows moved: a rule need not find reasons that nobody asked for. */
  readonly explain?: boolean
}

/** Candidates of one source, best first; scores compare within the source only. */
export interface Found {
  readonly items: Uint32Array
  readonly scores: Float32Array
  /** What stood in for a part of the source, where one was missing: the response is flagged with it. */
  readonly rung?: string
}

/** Finds candidates. May fail or be late: the others then take its share. */
export interface Source<Q> {
  readonly name: string
  /** At most `want` candidates, best first, without repeats. */
  readonly find: (query: Q, want: number, context: Context) => Awaitable<Found>
}

/** Merges what the sources found into one slate without repeats. */
export interface Mixer<Q, C extends Columns> {
  /** How many candidates to ask of each source; 0 leaves the source out. */
  readonly shares: (names: readonly string[], query: Q) => Uint32Array
  readonly mix: (found: readonly Found[], names: readonly string[], query: Q) => Slate<C>
}

/** Candidates of last resort, in order: walked until enough of them have passed the filters. */
export interface Pool<Q, C extends Columns> {
  readonly name: string
  /** All candidates without repeats, in chunks, so that only as many are made as are walked. */
  readonly chunks: (query: Q) => Iterable<Uint32Array>
  /** Columns of candidates that no source found; `from` of the pool were walked before them. */
  readonly columns: (items: Uint32Array, from: number) => C
}

/** Adds facts: one batch in, columns of the same length out. A ranker is a lookup of scores. */
export interface Lookup<Q, C extends Columns, A extends Columns> {
  readonly name: string
  readonly load: (slate: Slate<C>, query: Q, context: Context) => Awaitable<A>
}

/** A stretch of a funnel that runs by itself: a funnel, or what stands for one that runs elsewhere. */
export interface Part<Q, C extends Columns, D extends Columns> {
  readonly name: string
  readonly run: (
    query: Q,
    context: Context,
    options: RunOptions,
    slate: Slate<C>,
  ) => Promise<Run<D>>
}

export interface Run<C extends Columns> {
  readonly slate: Slate<C>
  readonly trace: Trace
}

export interface RunOptions {
  /** Ordinal of an item whose way through the funnel is to be recorded. */
  readonly watch?: number | undefined
  readonly observer?: Observer | undefined
}

/** What stands in for a lookup that failed or was late: a rung of the degradation ladder. */
export interface Fallback<Q, C extends Columns, A extends Columns> {
  /** The rung's name, as the response flags it. */
  readonly rung: string
  readonly load: (slate: Slate<C>, query: Q) => A
}

/** Refuses single candidates. Pure and synchronous; if it throws, the request fails: it never fails open. */
export interface Filter<Q> {
  readonly name: string
  /** Whether an item may stay, in one request: what depends on the request alone is worked out once. */
  readonly keeps: (query: Q) => (item: number) => boolean
}

/** A new order of a slate's rows; a row left out is dropped. */
export interface Arrangement {
  readonly rows: Uint32Array
  /** Why a row of the old order was moved, where the rule says. */
  readonly why?: readonly (string | undefined)[]
}

/** Reorders a slate and may drop from it. Pure and synchronous. */
export interface Rule<Q, C extends Columns> {
  readonly name: string
  readonly arrange: (slate: Slate<C>, query: Q, context: Context) => Arrangement
}

/** Rows that a cut must not lose altogether: at least `least` of them stay, the best by the cut's score. */
export interface Reserve<Q, C extends Columns> {
  readonly least: (query: Q) => number
  readonly holds: (row: number, slate: Slate<C>) => boolean
}

/** Is told of a run's candidates on their way, and changes nothing: for those who measure the funnel. */
export interface Observer {
  /** Each source's own list, before the mix. */
  readonly found?: (source: string, found: Found) => void
  /** The slate after a step. */
  readonly passed?: (step: string, slate: Slate) => void
}
