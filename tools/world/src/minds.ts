import type { Catalogue } from './catalogue.ts'
import type { Parameters } from './parameters.ts'
import type { Population } from './population.ts'
import { TOPICS } from './vocabulary.ts'

/** How many of the authors shown last a viewer remembers. */
export const AUTHORS_REMEMBERED = 16

/** Everything about the viewers that changes, as columns: a simulation runs on a copy of it. */
export type Minds = ReturnType<typeof createMinds>

export const createMinds = (
  population: Population,
  catalogue: Catalogue,
  { taste }: Parameters,
) => {
  const { size } = population
  return {
    /** Drifting interests, laid out as in the population, and the day up to which they drifted. */
    tastes: population.tastes.slice(),
    tasteDay: new Int32Array(size).fill(-1),
    /** Strength of each interest in this visit's mood, and its energy. */
    mood: new Float32Array(size * taste.interests),
    energy: new Float32Array(size),
    /** Recent impressions per topic, as of `tiredAt`. */
    tired: new Float32Array(size * TOPICS.length),
    tiredAt: new Float64Array(size),
    /** Ring of the authors shown last (author + 1; 0 is empty), when, and the next place in it. */
    authors: new Uint32Array(size * AUTHORS_REMEMBERED),
    authorAt: new Float64Array(size * AUTHORS_REMEMBERED),
    authorNext: new Uint8Array(size),
    /** Remembered satisfaction over visits. */
    satisfaction: new Float32Array(size),
    /** The running visit: its number from 0, page, and what it has brought so far. */
    visit: new Uint32Array(size),
    page: new Uint8Array(size),
    shown: new Uint16Array(size),
    enjoyed: new Float32Array(size),
    /** When the viewer asks for the next page; Infinity is never. */
    nextAt: new Float64Array(size),
    /** Bit set of the items shown, `seenWords` words per viewer. */
    seen: new Uint32Array(size * Math.ceil(catalogue.size / 32)),
    seenWords: Math.ceil(catalogue.size / 32),
  }
}

export const hasSeen = (minds: Minds, user: number, item: number): boolean =>
  ((minds.seen[user * minds.seenWords + (item >> 5)]! >>> (item & 31)) & 1) === 1

export const markSeen = (minds: Minds, user: number, item: number): void => {
  minds.seen[user * minds.seenWords + (item >> 5)]! |= 1 << (item & 31)
}
