/** Interactions kept per user, newest kept: what the towers and the attention read. */
export const HISTORY = 50
/** Likes and saves kept per user as last-writer-wins sets. */
export const REACTIONS = 128
export const AFFINITY_TOPICS = 32
export const AFFINITY_AUTHORS = 32
/** Event ids remembered per user to drop what a producer sent twice. */
export const DEDUPE = 128
/** The bits of an event id's hash that are kept, above its 32 low ones. */
export const HASH_HIGH = 2 ** 13 - 1
export const MAX_BLOCKED = 1000
/** Items seen are kept in blocks of so many, sorted once they are full: a set takes half of what its order does. */
export const SEEN_BLOCK = 256

/** Indexes of `UserState.counts`. */
export const COUNTS = [
  'impression',
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'see_less',
  'skip',
] as const

/** A growing column set of fixed capacity: rows 0 … length − 1 are valid, oldest first. */
type Rows<C> = { length: number } & C

/**
 * All that the funnel knows of one viewer's behaviour, as columns: fold, features and filters read it in place,
 * and its encoding is a copy of the used part.
 */
export interface UserState {
  /** By `COUNTS`. */
  counts: Uint32Array
  /** Milliseconds since the epoch; 0 = never. */
  firstSeen: number
  lastSeen: number
  /** Items engaged with, oldest first; `kinds` is a bit set by index in EVENT_TYPES. */
  history: Rows<{ items: Uint32Array; kinds: Uint16Array; times: Float64Array }>
  /** Last writer per (item, type): `on` is 1 after like or save, 0 after its undoing. */
  reactions: Rows<{ items: Uint32Array; types: Uint8Array; on: Uint8Array; times: Float64Array }>
  /** Decayed counts by topic key. */
  topics: Rows<{
    keys: Uint32Array
    shown: Float32Array
    engaged: Float32Array
    times: Float64Array
  }>
  /** Decayed counts by author key. */
  authors: Rows<{
    keys: Uint32Array
    shown: Float32Array
    engaged: Float32Array
    times: Float64Array
  }>
  /** Last writer per blocked author key. */
  blocked: Rows<{ keys: Uint32Array; on: Uint8Array; times: Float64Array }>
  /** 45-bit hashes of the last event ids, a ring; `dedupeNext` is the slot to overwrite. */
  dedupe: Rows<{ ids: BigUint64Array }>
  dedupeNext: number
  /** Ordinals shown: blocks of `SEEN_BLOCK`, the oldest first, each of them sorted; then the last ones as they came. */
  seen: Rows<{ items: Uint32Array }>
}

export type Affinity = UserState['topics']

export type Column =
  Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array | BigUint64Array
export type Columns = Record<string, Column>

type NewColumn = <C extends Column>(
  type: { new (length: number): C; new (buffer: ArrayBuffer, at: number, length: number): C },
  length: number,
) => C

const stateOf = (column: NewColumn): UserState => {
  const affinity = (size: number): Affinity => ({
    length: 0,
    keys: column(Uint32Array, size),
    shown: column(Float32Array, size),
    engaged: column(Float32Array, size),
    times: column(Float64Array, size),
  })
  return {
    counts: column(Uint32Array, COUNTS.length),
    firstSeen: 0,
    lastSeen: 0,
    history: {
      length: 0,
      items: column(Uint32Array, HISTORY),
      kinds: column(Uint16Array, HISTORY),
      times: column(Float64Array, HISTORY),
    },
    reactions: {
      length: 0,
      items: column(Uint32Array, REACTIONS),
      types: column(Uint8Array, REACTIONS),
      on: column(Uint8Array, REACTIONS),
      times: column(Float64Array, REACTIONS),
    },
    topics: affinity(AFFINITY_TOPICS),
    authors: affinity(AFFINITY_AUTHORS),
    blocked: {
      length: 0,
      keys: column(Uint32Array, 16),
      on: column(Uint8Array, 16),
      times: column(Float64Array, 16),
    },
    dedupe: { length: 0, ids: column(BigUint64Array, DEDUPE) },
    dedupeNext: 0,
    seen: { length: 0, items: column(Uint32Array, 64) },
  }
}

const aligned = (bytes: number): number => (bytes + 7) & ~7

/** What the columns of an empty state take. */
const EMPTY_BYTES = ((): number => {
  let bytes = 0
  stateOf((type, length) => {
    const column = new type(length)
    bytes += aligned(column.byteLength)
    return column
  })
  return bytes
})()

/** A newcomer's state. Its columns lie in one piece of memory: every request makes one. */
export const emptyUserState = (): UserState => {
  const memory = new ArrayBuffer(EMPTY_BYTES)
  let at = 0
  return stateOf((type, length) => {
    const column = new type(memory, at, length)
    at += aligned(column.byteLength)
    return column
  })
}

/** Makes room for `length` rows in every column of a section; may replace the columns. */
export const reserve = (section: object & { length: number }, length: number): void => {
  const columns = section as unknown as Columns
  for (const name in columns) {
    const old = columns[name]!
    if (typeof old !== 'object' || old.length >= length) continue
    const capacity = 2 ** Math.ceil(Math.log2(length))
    const grown = new (old.constructor as new (length: number) => Column)(capacity)
    grown.set(old as never)
    columns[name] = grown
  }
}
