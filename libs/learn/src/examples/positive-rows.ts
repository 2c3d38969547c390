import { EVENT_TYPES, type EventType } from '@explore/explore'
import { Column } from './column.ts'

/** What counts as positive for retrieval, and how much: rarer reactions say more. */
export const POSITIVE_WEIGHTS: Partial<Record<EventType, number>> = {
  click: 1,
  long_view: 1,
  like: 3,
  comment: 3,
  save: 5,
  share: 5,
  follow: 5,
}

/** Retrieval positives as columns: the first engagement of each user and item, in the order of the log. */
export interface PositiveRows {
  readonly length: number
  /** Row of the viewer as of before the engagement. */
  readonly viewer: Uint32Array
  /** Ordinal. */
  readonly item: Uint32Array
  readonly time: Float64Array
  /** Bit set by index in EVENT_TYPES: the positive reactions within the window of the first. */
  readonly kinds: Uint16Array
  /** The largest POSITIVE_WEIGHTS of `kinds`. */
  readonly weight: Float32Array
}

export class PositiveBuilder {
  readonly #viewer = new Column(Uint32Array)
  readonly #item = new Column(Uint32Array)
  readonly #time = new Column(Float64Array)
  readonly #kinds = new Column(Uint16Array)
  readonly #weight = new Column(Float32Array)

  add(viewer: number, item: number, time: number): number {
    this.#viewer.add([viewer])
    this.#item.add([item])
    this.#kinds.add()
    this.#weight.add()
    return this.#time.add([time])
  }

  react(row: number, type: EventType): void {
    this.#kinds.values[row] |= 1 << EVENT_TYPES.indexOf(type)
    const weight = POSITIVE_WEIGHTS[type] ?? 0
    this.#weight.values[row] = Math.max(this.#weight.values[row], weight)
  }

  time(row: number): number {
    return this.#time.values[row]
  }

  finish(): PositiveRows {
    return {
      length: this.#time.length,
      viewer: this.#viewer.used(),
      item: this.#item.used(),
      time: this.#time.used(),
      kinds: this.#kinds.used(),
      weight: this.#weight.used(),
    }
  }
}
