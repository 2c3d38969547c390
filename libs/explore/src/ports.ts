import type { Awaitable, Found } from '@explore/pipeline'
import type { CandidateFeatures, ViewerFeatures } from './signals/features.ts'
import type { Catalogue, ItemRecord } from './catalogue.ts'
import type { Event, Head, Id, Item, User } from './types.ts'

/** Events of one partition from `first` on; `next` is the offset to read from afterwards. */
export interface LogBatch {
  readonly first: number
  readonly next: number
  readonly events: readonly Event[]
  /** The offset of each event, where offsets have gaps; else they count up from `first`. */
  readonly offsets?: readonly number[]
}

/**
 * The durable record of all events: the truth that every other state is folded from. It has partitions, each ordered by
 * itself and with offsets of its own; where none is named, partition 0 is meant, the only one of a log on one machine.
 */
export interface EventLog {
  /** Partitions are numbered from 0. A user's events are all in one. */
  readonly partitions: number
  /**
   * Resolves when the events would survive a power loss; rejects with DISK_FULL where there is no room. A user's events
   * keep their order.
   */
  readonly append: (events: readonly Event[]) => Promise<void>
  /** At most about `max` events of the partition from offset `from`; empty at its end. */
  readonly read: (from: number, max: number, partition?: number) => Awaitable<LogBatch>
  /** The offset that the partition's next event will get. */
  readonly end: (partition?: number) => Awaitable<number>
  /**
   * Makes the users' events of before `end` unreadable, for good; their offsets hold nothing from then on, and marks
   * stay. Returns how many it erased. Undefined where the log cannot: retention does it there.
   */
  readonly erase?: (users: ReadonlySet<Id>, end: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** A counter row's change: `fields[i] += deltas[i]` of `item`. */
export interface CounterAdd {
  readonly item: number
  readonly field: number
  readonly delta: number
}

/** A leaderboard's change: the score of `item` on `board` grows by `delta`. */
export interface BoardAdd {
  readonly board: string
  readonly item: number
  readonly delta: number
}

/** All changes of one folded batch, applied atomically or not at all. */
export interface StateWrite {
  /** The partition of the log that the batch is of. Default 0. Two partitions never write the same user. */
  readonly partition?: number
  /** The partition's watermark as the writer read it; the store refuses the write when it holds another. */
  readonly expected: number
  /** The next log offset to fold once this write is in. */
  readonly watermark: number
  /** Undefined removes a user's state. */
  readonly users: readonly (readonly [user: Id, state: Uint8Array | undefined])[]
  readonly counters: readonly CounterAdd[]
  readonly boards: readonly BoardAdd[]
}

/** Serving state: users, item counters, leaderboards, pre-generated lists and sessions. */
export interface StateStore {
  /** The encoded states of `users`, undefined where there is none. */
  readonly users: (users: readonly Id[]) => Awaitable<readonly (Uint8Array | undefined)[]>
  /** Users with a state, in key order after `after`. */
  readonly userIds: (after: Id | undefined, limit: number) => Awaitable<readonly Id[]>
  /** Counter rows, row-major [items, COUNTER_FIELDS]; zeros where there is none. */
  readonly counters: (items: Uint32Array) => Awaitable<Float64Array>
  /** The `n` best of a leaderboard, best first, with scores as they were added up. */
  readonly top: (
    board: string,
    n: number,
  ) => Awaitable<{
    readonly items: Uint32Array
    readonly scores: Float64Array
  }>
  /** Rejects with WATERMARK_MISMATCH when the partition's watermark is not `write.expected`. */
  readonly apply: (write: StateWrite) => Promise<void>
  /** Up to where a partition of the log is folded: the offset of its next event; 0 at first. */
  readonly watermark: (partition?: number) => Awaitable<number>
  /** A value that no event decides (lists, sessions, precomputed pages); undefined once it is swept. */
  readonly get: (key: string) => Awaitable<Uint8Array | undefined>
  /**
   * Resolves when readable; what only sessions need may be lost with the machine's power. `expires`: milliseconds since the epoch by the machine's clock, not by the log's, or
   * never. A value may outlive it until the next sweep: a reader that minds keeps the time in the value.
   */
  readonly put: (key: string, value: Uint8Array, expires?: number) => Promise<void>
  /** As `put`, and durable. */
  readonly putMany: (
    entries: Iterable<readonly [key: string, value: Uint8Array]>,
    expires?: number,
  ) => Promise<void>
  /** The keys of values that begin with `prefix`, in any order, each at least once; some may have expired. */
  readonly keys: (prefix: string) => AsyncIterable<string>
  /** Removes values. */
  readonly remove: (keys: readonly string[]) => Promise<void>
  /** Removes what has expired by `now`, the machine's clock, where the store does not by itself; returns how many values it removed. */
  readonly sweep: (now: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** Items and users as their owners describe them. */
export interface ProfileStore {
  /** Identifies the ordinals' origin: bundles and indexes of another catalogue don't fit. */
  readonly catalogueId: string
  /** Resolves when durable; every id gets its ordinal once. */
  readonly putItems: (items: readonly Item[]) => Promise<void>
  /** Gives ordinals to ids that have none, as placeholders that are never served. */
  readonly reserveItems: (ids: readonly Id[]) => Promise<void>
  readonly item: (id: Id) => Awaitable<Item | undefined>
  /** Ids in ordinal order after `after`, without deleted ones. */
  readonly items: (after: number, limit: number) => Awaitable<readonly ItemRecord[]>
  /** Returns the ids that were there. */
  readonly deleteItems: (ids: readonly Id[]) => Promise<readonly Id[]>
  readonly putUsers: (users: readonly User[]) => Promise<void>
  readonly user: (id: Id) => Awaitable<User | undefined>
  readonly users: (after: Id | undefined, limit: number) => Awaitable<readonly User[]>
  readonly deleteUsers: (ids: readonly Id[]) => Promise<readonly Id[]>
  /** Brings `catalogue` up to date; nearly free when nothing changed. Returns the changed ordinals. */
  readonly sync: (catalogue: Catalogue) => Awaitable<readonly number[]>
  readonly close: () => Promise<void>
}

/** Two-tower retrieval: query tower, item vectors and index of one bundle, which always match. */
export interface Retriever {
  readonly dimension: number
  /** Unit vectors [viewers, dimension] of the query tower. */
  readonly embed: (viewers: ViewerFeatures) => Awaitable<Float32Array>
  /** The `k` nearest items of a unit vector by inner product, best first; `signal` ends a search elsewhere. */
  readonly search: (query: Float32Array, k: number, signal?: AbortSignal) => Awaitable<Found>
  /** Up to `k` items most like `item`, best first; similarity in (0, 1]. */
  readonly neighbours: (item: number, k: number) => Awaitable<Found>
  /** Unit vectors, row-major [items, dimension]; zeros for an item without one. */
  readonly vectors: (items: Uint32Array) => Float32Array
  /** Cosines of all pairs, symmetric [items, items]; zeros for an item without a vector. */
  readonly likenesses: (items: Uint32Array) => Float32Array
}

/** The light ranker: cached item rows, one viewer row, a dot product. */
export interface FirstStage {
  readonly score: (viewer: ViewerFeatures, items: Uint32Array) => Awaitable<Float32Array>
}

/** The heavy ranker: calibrated probabilities [candidates] for every head. */
export interface SecondStage {
  readonly predict: (
    viewer: ViewerFeatures,
    candidates: CandidateFeatures,
  ) => Awaitable<Readonly<Record<Head, Float32Array>>>
}

/** One trained, versioned set of models with its index. */
export interface Bundle {
  readonly id: string
  /** Catalogue size at training; later ordinals have no id rows. */
  readonly items: number
  readonly retriever: Retriever
  readonly firstStage: FirstStage
  readonly secondStage: SecondStage
  /** Takes over new and changed items of the catalogue: embeds them from content into the exact tier. */
  readonly refresh: (changed: readonly number[]) => Awaitable<void>
  readonly close: () => Promise<void>
}
