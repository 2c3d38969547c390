import { ExploreError } from '../errors.ts'
import { bitsFor, MOST_BITS, pack, packedBytes, unpack } from './packed-numbers.ts'
import {
  AFFINITY_AUTHORS,
  AFFINITY_TOPICS,
  type Column,
  type Columns,
  COUNTS,
  DEDUPE,
  emptyUserState,
  HISTORY,
  MAX_BLOCKED,
  REACTIONS,
  reserve,
  type UserState,
} from './user-state.ts'

const SECTIONS = ['history', 'reactions', 'topics', 'authors', 'blocked', 'dedupe', 'seen'] as const

/** What has a shorter form: ordinals and topic keys are small, times are close to the last one. */
const PACKED = new Set([
  ...['history.items', 'history.times', 'reactions.items', 'reactions.times'],
  ...['topics.keys', 'topics.times', 'authors.times', 'seen.items'],
])

interface ColumnSpec {
  readonly name: string
  readonly width: number
  readonly packs: boolean
}

/** Columns by section, in the order of the encoding. */
const COLUMNS = ((): readonly (readonly ColumnSpec[])[] => {
  const empty = emptyUserState()
  return SECTIONS.map(section => {
    const columns = Object.entries(empty[section]).filter(([name]) => name !== 'length')
    return (columns as [string, Column][]).map(([name, { BYTES_PER_ELEMENT: width }]) => ({
      ...{ name, width, packs: PACKED.has(`${section}.${name}`) },
    }))
  })
})()

const VERSION = 2
/** Before numbers were packed: all columns as they are. */
const UNPACKED = 1
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
 * The same state has the same bytes. Little-endian.
 */
export const encodeUserState = (state: UserState): Uint8Array => {
  let most = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    for (const { width } of COLUMNS[s]!) most += 1 + width * state[SECTIONS[s]!].length
  }
  if (draft.length < most) draft = new Uint8Array(2 * most)
  let at = HEADER
  for (let s = 0; s < SECTIONS.length; s++) {
    const { length: rows } = state[SECTIONS[s]!]
    if (rows === 0) continue
    const section = state[SECTIONS[s]!] as unknown as Columns
    for (const { name, width, packs } of COLUMNS[s]!) {
      const column = section[name]!
      const bits = packs ? drawn(column, rows, state.lastSeen) : RAW
      if (packs) draft[at++] = bits
      if (bits === RAW) {
        draft.set(new Uint8Array(column.buffer, column.byteOffset, rows * width), at)
        at += rows * width
      } else {
        pack(draft, at, scratch, rows, bits)
        at += packedBytes(rows, bits)
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
  } else {
    const numbers = column as Uint32Array
    for (let i = 0; i < rows; i++) scratch[i] = numbers[i]!
  }
  const bits = bitsFor(scratch, rows)
  return bits > MOST_BITS ? RAW : bits
}

/** Reads what `encodeUserState` wrote, in this version or the one before; throws STATE_NEWER or STATE_BROKEN. */
export const decodeUserState = (encoded: Uint8Array): UserState => {
  if (encoded.length < HEADER) throw broken('is truncated')
  const bytes = encoded.byteOffset % 8 === 0 ? encoded : new Uint8Array(encoded)
  const head = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_WORDS)
  const version = head[0]!
  if (version > VERSION) {
    const message = `user state has version ${version}, this reads ${VERSION}`
    throw new ExploreError('STATE_NEWER', message)
  }
  if (version < UNPACKED || head[1]! >= DEDUPE) throw broken('has a wrong header')
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
    for (const { name, width, packs } of COLUMNS[s]!) {
      const bits = packs && version > UNPACKED ? (bytes[at++] ?? RAW) : RAW
      if (bits !== RAW && bits > Math.min(8 * width, MOST_BITS)) throw broken('has a wrong width')
      const length = bits === RAW ? rows * width : packedBytes(rows, bits)
      // Before there is room made for what is not there.
      if (at + length > bytes.length) throw broken(`is cut off in ${SECTIONS[s]}`)
      reserve(section, rows)
      const column = (section as unknown as Columns)[name]!
      if (bits === RAW) {
        const whole = new Uint8Array(column.buffer, column.byteOffset, length)
        whole.set(bytes.subarray(at, at + length))
      } else {
        if (scratch.length < rows) scratch = new Float64Array(2 * rows)
        unpack(bytes, at, scratch, rows, bits)
        place(column, rows, lastSeen!)
      }
      at += length
    }
    section.length = rows
  }
  if (at !== bytes.length) throw broken(`has ${bytes.length} bytes, not ${at}`)
  return state
}

/** Puts the numbers of the scratch into a column, ages as times. */
const place = (column: Column, rows: number, lastSeen: number): void => {
  if (column instanceof Float64Array) {
    for (let i = 0; i < rows; i++) column[i] = lastSeen - scratch[i]!
  } else {
    const numbers = column as Uint32Array
    for (let i = 0; i < rows; i++) numbers[i] = scratch[i]!
  }
}

const broken = (why: string): ExploreError => new ExploreError('STATE_BROKEN', `user state ${why}`)
