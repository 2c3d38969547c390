import { ExploreError } from '../errors.ts'
import {
  AFFINITY_AUTHORS,
  AFFINITY_TOPICS,
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
