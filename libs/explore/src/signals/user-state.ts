import { ExploreError } from '../errors.ts'

/** Interactions kept per user, newest kept: what the towers and the attention read. */
export const HISTORY = 50
/** Likes and saves kept per user as last-writer-wins sets. */
export const REACTIONS = 128
export const AFFINITY_TOPICS = 32
export const AFFINITY_AUTHORS = 32
/** Event ids remembered per user to drop what a producer sent twice. */
export const DEDUPE = 128
export const MAX_BLOCKED = 1000

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
  /** 64-bit hashes of the last event ids, a ring; `dedupeNext` is the slot to overwrite. */
  dedupe: Rows<{ ids: BigUint64Array }>
  dedupeNext: number
  /** Ordinals shown, oldest first. */
  seen: Rows<{ items: Uint32Array }>
}

export type Affinity = UserState['topics']

const SECTIONS = ['history', 'reactions', 'topics', 'authors', 'blocked', 'dedupe', 'seen'] as const

export const emptyUserState = (): UserState => ({
  counts: new Uint32Array(COUNTS.length),
  firstSeen: 0,
  lastSeen: 0,
  history: {
    length: 0,
    items: new Uint32Array(HISTORY),
    kinds: new Uint16Array(HISTORY),
    times: new Float64Array(HISTORY),
  },
  reactions: {
    length: 0,
    items: new Uint32Array(REACTIONS),
    types: new Uint8Array(REACTIONS),
    on: new Uint8Array(REACTIONS),
    times: new Float64Array(REACTIONS),
  },
  topics: affinity(AFFINITY_TOPICS),
  authors: affinity(AFFINITY_AUTHORS),
  blocked: {
    length: 0,
    keys: new Uint32Array(16),
    on: new Uint8Array(16),
    times: new Float64Array(16),
  },
  dedupe: { length: 0, ids: new BigUint64Array(DEDUPE) },
  dedupeNext: 0,
  seen: { length: 0, items: new Uint32Array(64) },
})

const affinity = (size: number): Affinity => ({
  length: 0,
  keys: new Uint32Array(size),
  shown: new Float32Array(size),
  engaged: new Float32Array(size),
  times: new Float64Array(size),
})

const VERSION = 1
/** version u32, dedupeNext u32, section lengths u32 × 7, counts u32 × 8, padding u32, two f64. */
const HEADER = 4 * (2 + SECTIONS.length + COUNTS.length + 1) + 16

type Bytes = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array | BigUint64Array

const columnsOf = (section: object): Bytes[] =>
  Object.values(section).filter(value => typeof value === 'object')

/** The state's wire and store form: header, then each section's used rows, columns back to back. Little-endian. */
export const encodeUserState = (state: UserState): Uint8Array => {
  let size = HEADER
  for (const name of SECTIONS) {
    for (const column of columnsOf(state[name]))
      size += state[name].length * column.BYTES_PER_ELEMENT
  }
  const bytes = new Uint8Array(size)
  const head = new Uint32Array(bytes.buffer, 0, 2 + SECTIONS.length + COUNTS.length)
  head[0] = VERSION
  head[1] = state.dedupeNext
  SECTIONS.forEach((name, i) => (head[2 + i] = state[name].length))
  head.set(state.counts, 2 + SECTIONS.length)
  const times = new Float64Array(bytes.buffer, HEADER - 16, 2)
  times[0] = state.firstSeen
  times[1] = state.lastSeen
  let at = HEADER
  for (const name of SECTIONS) {
    for (const column of columnsOf(state[name])) {
      const used = state[name].length * column.BYTES_PER_ELEMENT
      bytes.set(new Uint8Array(column.buffer, column.byteOffset, used), at)
      at += used
    }
  }
  return bytes
}

/** Reads what `encodeUserState` wrote; throws STATE_NEWER or STATE_BROKEN. */
export const decodeUserState = (encoded: Uint8Array): UserState => {
  if (encoded.length < HEADER) throw new ExploreError('STATE_BROKEN', 'user state is truncated')
  const bytes = encoded.byteOffset % 8 === 0 ? encoded : encoded.slice()
  const head = new Uint32Array(bytes.buffer, bytes.byteOffset, 2 + SECTIONS.length + COUNTS.length)
  if (head[0] !== VERSION) {
    throw new ExploreError(
      'STATE_NEWER',
      `user state has version ${head[0]}, this reads ${VERSION}`,
    )
  }
  const state = emptyUserState()
  state.dedupeNext = head[1]!
  state.counts.set(head.subarray(2 + SECTIONS.length))
  const times = new Float64Array(bytes.buffer, bytes.byteOffset + HEADER - 16, 2)
  state.firstSeen = times[0]!
  state.lastSeen = times[1]!
  let at = HEADER
  SECTIONS.forEach((name, i) => {
    const section = state[name]
    const length = head[2 + i]!
    reserve(section, length)
    section.length = length
    for (const column of columnsOf(section)) {
      const used = length * column.BYTES_PER_ELEMENT
      if (at + used > bytes.length)
        throw new ExploreError('STATE_BROKEN', 'user state is truncated')
      new Uint8Array(column.buffer, column.byteOffset, used).set(bytes.subarray(at, at + used))
      at += used
    }
  })
  return state
}

/** Makes room for `length` rows in every column of a section. */
export const reserve = (section: object & { length: number }, length: number): void => {
  const columns = section as unknown as Record<string, Bytes>
  for (const [name, column] of Object.entries(section)) {
    if (typeof column !== 'object' || (column as Bytes).length >= length) continue
    const old = column as Bytes
    const capacity = 2 ** Math.ceil(Math.log2(length))
    const grown = new (old.constructor as new (length: number) => Bytes)(capacity)
    grown.set(old as never)
    columns[name] = grown
  }
}
