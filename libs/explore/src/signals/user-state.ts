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

type Column = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array | BigUint64Array
type Columns = Record<string, Column>

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

/** Column names by section, in the order of the encoding. */
const COLUMNS = ((): readonly (readonly string[])[] => {
  const empty = emptyUserState()
  return SECTIONS.map(name => Object.keys(empty[name]).filter(key => key !== 'length'))
})()

const VERSION = 1
/** Most rows that a section may hold. */
const CAPACITY: Record<(typeof SECTIONS)[number], number> = {
  history: HISTORY,
  reactions: REACTIONS,
  topics: AFFINITY_TOPICS,
  authors: AFFINITY_AUTHORS,
  blocked: MAX_BLOCKED,
  dedupe: DEDUPE,
  seen: Infinity,
}
/** version u32, dedupeNext u32, section lengths u32 × 7, counts u32 × 8, padding u32, two f64. */
const HEADER_WORDS = 2 + SECTIONS.length + COUNTS.length
const HEADER = 4 * (HEADER_WORDS + 1) + 16

/** The state's wire and store form: header, then each section's used rows, columns back to back. Little-endian. */
export const encodeUserState = (state: UserState): Uint8Array => {
  let size = HEADER
  for (let s = 0; s < SECTIONS.length; s++)
    size += sectionBytes(state, s, state[SECTIONS[s]!].length)
  const bytes = new Uint8Array(size)
  const head = new Uint32Array(bytes.buffer, 0, HEADER_WORDS)
  head[0] = VERSION
  head[1] = state.dedupeNext
  head.set(state.counts, 2 + SECTIONS.length)
  const times = new Float64Array(bytes.buffer, HEADER - 16, 2)
  times[0] = state.firstSeen
  times[1] = state.lastSeen
  let at = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    const section = state[SECTIONS[s]!]
    head[2 + s] = section.length
    for (const name of COLUMNS[s]!) {
      const column = (section as unknown as Columns)[name]!
      const used = section.length * column.BYTES_PER_ELEMENT
      bytes.set(new Uint8Array(column.buffer, column.byteOffset, used), at)
      at += used
    }
  }
  return bytes
}

/** Reads what `encodeUserState` wrote; throws STATE_NEWER or STATE_BROKEN. */
export const decodeUserState = (encoded: Uint8Array): UserState => {
  if (encoded.length < HEADER) throw broken('is truncated')
  const bytes = encoded.byteOffset % 8 === 0 ? encoded : new Uint8Array(encoded)
  const head = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS)
  if (head[0]! > VERSION) {
    const message = `user state has version ${head[0]}, this reads ${VERSION}`
    throw new ExploreError('STATE_NEWER', message)
  }
  if (head[0] !== VERSION || head[1]! >= DEDUPE) throw broken('has a wrong header')
  const state = emptyUserState()
  state.dedupeNext = head[1]!
  let size = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    if (head[2 + s]! > CAPACITY[SECTIONS[s]!]) throw broken(`has a wrong ${SECTIONS[s]}`)
    size += sectionBytes(state, s, head[2 + s]!)
  }
  if (size !== bytes.length) throw broken(`has ${bytes.length} bytes, not ${size}`)
  state.counts.set(head.subarray(2 + SECTIONS.length))
  const times = new Float64Array(bytes.buffer, bytes.byteOffset + HEADER - 16, 2)
  state.firstSeen = times[0]!
  state.lastSeen = times[1]!
  let at = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    const section = state[SECTIONS[s]!]
    section.length = head[2 + s]!
    reserve(section, section.length)
    for (const name of COLUMNS[s]!) {
      const column = (section as unknown as Columns)[name]!
      const used = section.length * column.BYTES_PER_ELEMENT
      new Uint8Array(column.buffer, column.byteOffset, used).set(bytes.subarray(at, at + used))
      at += used
    }
  }
  return state
}

const sectionBytes = (state: UserState, s: number, rows: number): number => {
  const section = state[SECTIONS[s]!] as unknown as Columns
  let width = 0
  for (const name of COLUMNS[s]!) width += section[name]!.BYTES_PER_ELEMENT
  return width * rows
}

const broken = (why: string): ExploreError => new ExploreError('STATE_BROKEN', `user state ${why}`)

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
