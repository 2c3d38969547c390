import { ExploreError } from '../errors.ts'
import { bitsFor, MOST_BITS, pack, packedBytes, unpack } from './packed-numbers.ts'
import { packRun, unpackRun } from './packed-runs.ts'
import { sortBlocks } from './seen-items.ts'
import {
  AFFINITY_AUTHORS,
  AFFINITY_TOPICS,
  type Column,
  type Columns,
  COUNTS,
  DEDUPE,
  emptyUserState,
  HASH_HIGH,
  HISTORY,
  MAX_BLOCKED,
  REACTIONS,
  reserve,
  SEEN_BLOCK,
  type UserState,
} from './user-state.ts'

const since =
  (version: number) =>
  (column: string): readonly [string, number] => [column, version]

const SECTIONS = ['history', 'reactions', 'topics', 'authors', 'blocked', 'dedupe', 'seen'] as const

/**
 * What has a shorter form, and since which version: ordinals, topic keys and kinds are small, times are close to the
 * last one, hashes of ids have 45 bits.
 */
const PACKED: ReadonlyMap<string, number> = new Map([
  ...['history.items', 'history.times', 'reactions.items', 'reactions.times'].map(since(2)),
  ...['topics.keys', 'topics.times', 'authors.times', 'seen.items'].map(since(2)),
  ...['history.kinds', 'reactions.types', 'reactions.on', 'blocked.on', 'blocked.times'].map(
    since(3),
  ),
  ...['dedupe.ids'].map(since(3)),
])

interface ColumnSpec {
  readonly name: string
  readonly width: number
  /** The version since which it packs. */
  readonly packs: number
}

/** Columns by section, in the order of the encoding. */
const COLUMNS = ((): readonly (readonly ColumnSpec[])[] => {
  const empty = emptyUserState()
  return SECTIONS.map(section => {
    const columns = Object.entries(empty[section]).filter(([name]) => name !== 'length')
    return (columns as [string, Column][]).map(([name, { BYTES_PER_ELEMENT: width }]) => ({
      ...{ name, width, packs: PACKED.get(`${section}.${name}`) ?? Infinity },
    }))
  })
})()

const VERSION = 3
/** Since when items seen are in sorted blocks, and ids have 45 bits; before there was another order and 64. */
const BLOCKS = 3
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

/** Instead of a width in bits: the column as it is. */
const RAW = 255

/** Numbers on their way into or out of bits: one kind of array, as loops over several are slow. */
let scratch = new Float64Array(256)
/** An encoding in the making. */
let draft = new Uint8Array(8192)

/**
 * The state's wire and store form: the header, then each section's columns one after the other, their used rows only.
 * Before a column that packs stands the width of its numbers in bits; times are packed as milliseconds before `lastSeen`.
 * Full blocks of items seen come as runs, before what is left of the column.
 * The same state has the same bytes. Little-endian.
 */
export const encodeUserState = (state: UserState): Uint8Array => {
  let most = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    for (const { width } of COLUMNS[s]!) most += 1 + (width + 1) * state[SECTIONS[s]!].length
  }
  if (draft.length < most) draft = new Uint8Array(2 * most)
  let at = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    const { length: rows } = state[SECTIONS[s]!]
    if (rows === 0) continue
    const section = state[SECTIONS[s]!] as unknown as Columns
    let from = 0
    if (section === (state.seen as unknown)) {
      for (; from + SEEN_BLOCK <= rows; from += SEEN_BLOCK) {
        at = packRun(draft, at, state.seen.items, from, SEEN_BLOCK)
      }
    }
    for (const { name, width, packs } of COLUMNS[s]!) {
      const column = from === 0 ? section[name]! : section[name]!.subarray(from)
      const count = rows - from
      const bits = packs <= VERSION ? drawn(column, count, state.lastSeen) : RAW
      if (packs <= VERSION) draft[at++] = bits
      if (bits === RAW) {
        draft.set(new Uint8Array(column.buffer, column.byteOffset, count * width), at)
        at += count * width
      } else {
        pack(draft, at, scratch, count, bits)
        at += packedBytes(count, bits)
      }
    }
  }
  const bytes = draft.slice(0, at)
  const head = new Uint32Array(bytes.buffer, 0, HEADER_WORDS)
  head[0] = VERSION
  head[1] = state.dedupeNext
  for (let s = 0; s < SECTIONS.length; s++) head[2 + s] = state[SECTIONS[s]!].length
  head.set(state.counts, 2 + SECTIONS.length)
  const times = new Float64Array(bytes.buffer, HEADER - 16, 2)
  times[0] = state.firstSeen
  times[1] = state.lastSeen
  return bytes
}

/** Draws a column's numbers into the scratch, times as ages; returns their width, RAW where they do not pack. */
const drawn = (column: Column, rows: number, lastSeen: number): number => {
  if (scratch.length < rows) scratch = new Float64Array(2 * rows)
  if (column instanceof Float64Array) {
    for (let i = 0; i < rows; i++) {
      const age = lastSeen - column[i]!
      // A fraction of a millisecond may be lost between.
      if (lastSeen - age !== column[i]) return RAW
      scratch[i] = age
    }
  } else if (column instanceof BigUint64Array) {
    const words = wordsOf(column)
    for (let i = 0; i < rows; i++) scratch[i] = words[2 * i + 1]! * 2 ** 32 + words[2 * i]!
  } else {
    const numbers = column as Uint32Array
    for (let i = 0; i < rows; i++) scratch[i] = numbers[i]!
  }
  const bits = bitsFor(scratch, rows)
  return bits > MOST_BITS ? RAW : bits
}

/** Low and high halves by turns: bigints one by one are slow. */
const wordsOf = ({ buffer, byteOffset, length }: BigUint64Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, 2 * length)

/** Reads what `encodeUserState` wrote, in this version or an older one; throws STATE_NEWER or STATE_BROKEN. */
export const decodeUserState = (encoded: Uint8Array): UserState => {
  if (encoded.length < HEADER) throw broken('is truncated')
  const bytes = encoded.byteOffset % 8 === 0 ? encoded : new Uint8Array(encoded)
  const head = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS)
  const version = head[0]!
  if (version > VERSION) {
    const message = `user state has version ${version}, this reads ${VERSION}`
    throw new ExploreError('STATE_NEWER', message)
  }
  if (version < 1 || head[1]! >= DEDUPE) throw broken('has a wrong header')
  const state = emptyUserState()
  state.dedupeNext = head[1]!
  state.counts.set(head.subarray(2 + SECTIONS.length))
  const [firstSeen, lastSeen] = new Float64Array(bytes.buffer, bytes.byteOffset + HEADER - 16, 2)
  Object.assign(state, { firstSeen, lastSeen })
  let at = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    const section = state[SECTIONS[s]!]
    const rows = head[2 + s]!
    if (rows > CAPACITY[SECTIONS[s]!]) throw broken(`has a wrong ${SECTIONS[s]}`)
    if (rows === 0) continue
    let from = 0
    if (section === state.seen && version >= BLOCKS) {
      for (; from + SEEN_BLOCK <= rows; from += SEEN_BLOCK) {
        // Before there is room made for what is not there.
        if (at >= bytes.length) throw broken('is cut off in seen')
        reserve(section, from + SEEN_BLOCK)
        at = unpackRun(bytes, at, state.seen.items, from, SEEN_BLOCK)
        if (at < 0) throw broken('has a wrong block of seen')
      }
    }
    const count = rows - from
    for (const { name, width, packs } of COLUMNS[s]!) {
      const bits = packs <= version ? (bytes[at++] ?? RAW) : RAW
      if (bits !== RAW && bits > Math.min(8 * width, MOST_BITS)) throw broken('has a wrong width')
      const length = bits === RAW ? count * width : packedBytes(count, bits)
      if (at + length > bytes.length) throw broken(`is cut off in ${SECTIONS[s]}`)
      reserve(section, rows)
      const whole = (section as unknown as Columns)[name]!
      const column = from === 0 ? whole : whole.subarray(from)
      if (bits === RAW) {
        const target = new Uint8Array(column.buffer, column.byteOffset, length)
        target.set(bytes.subarray(at, at + length))
      } else {
        if (scratch.length < count) scratch = new Float64Array(2 * count)
        unpack(bytes, at, scratch, count, bits)
        place(column, count, lastSeen!)
      }
      at += length
    }
    section.length = rows
  }
  if (at !== bytes.length) throw broken(`has ${bytes.length} bytes, not ${at}`)
  if (version < BLOCKS) modernize(state)
  return state
}

/** What an older version meant by the same columns. */
const modernize = ({ dedupe, seen }: UserState): void => {
  const words = wordsOf(dedupe.ids)
  for (let i = 0; i < dedupe.length; i++) words[2 * i + 1]! &= HASH_HIGH
  sortBlocks(seen)
}

/** Puts the numbers of the scratch into a column, ages as times. */
const place = (column: Column, rows: number, lastSeen: number): void => {
  if (column instanceof Float64Array) {
    for (let i = 0; i < rows; i++) column[i] = lastSeen - scratch[i]!
  } else if (column instanceof BigUint64Array) {
    const words = wordsOf(column)
    for (let i = 0; i < rows; i++) {
      words[2 * i] = scratch[i]! % 2 ** 32
      words[2 * i + 1] = scratch[i]! / 2 ** 32
    }
  } else {
    const numbers = column as Uint32Array
    for (let i = 0; i < rows; i++) numbers[i] = scratch[i]!
  }
}

const broken = (why: string): ExploreError => new ExploreError('STATE_BROKEN', `user state ${why}`)
