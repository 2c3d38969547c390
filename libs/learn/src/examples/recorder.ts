import {
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  encodeUserState,
  type Event,
  fillCandidate,
  type Id,
  type Millis,
  type Signal,
  surfaceBucket,
} from '@explore/explore'
import type { Rng } from '../rng.ts'
import { labelOf } from './labels.ts'
import { type OpenRequest, OpenRequests } from './open-requests.ts'
import { POSITIVE_WEIGHTS, PositiveBuilder } from './positive-rows.ts'
import { RankingBuilder } from './ranking-rows.ts'
import { type Reader, Readers } from './readers.ts'
import { RequestSample } from './request-sample.ts'
import { ViewerRows } from './viewer-rows.ts'

export interface RecorderOptions {
  readonly catalogue: Catalogue
  /** Live item counters, row-major [items, COUNTERS]. */
  readonly counters: Float64Array
  readonly attributes: (user: Id) => Int32Array
  /** No feature is newer. */
  readonly frozenAt: Millis
  readonly attributionMs: Millis
  readonly requests: number
  readonly openRequests: number
  /** Where viewers are kept; in memory without it. */
  readonly viewersFile?: string
  readonly random: Rng
}

/** Turns events into rows of examples. It is told of each just before it is folded. */
export class Recorder {
  readonly readers: Readers
  readonly viewers: ViewerRows
  readonly ranking = new RankingBuilder()
  readonly positives = new PositiveBuilder()
  readonly sample: RequestSample
  readonly #open: OpenRequests
  readonly #options: RecorderOptions
  readonly #candidate = candidateFeatures(1)

  constructor(options: RecorderOptions) {
    this.#options = options
    this.viewers = new ViewerRows(options.viewersFile)
    this.readers = new Readers(options.attributes)
    this.sample = new RequestSample(options.requests, options.random)
    this.#open = new OpenRequests(options.openRequests)
  }

  /** Makes and labels the rows that the event calls for; state and counters are as before it. */
  record(reader: Reader, signal: Signal, event: Event): void {
    const { type, item, time } = signal
    const head = labelOf(type)
    const positive = item >= 0 && POSITIVE_WEIGHTS[type] !== undefined
    let row = -1
    if (type === 'impression') {
      if (item < 0) return
      row = this.#rankingRow(reader, item, event)
      this.ranking.show(row, time)
    } else if (head >= 0 && item >= 0 && event.requestId !== undefined) {
      row = this.#rankingRow(reader, item, event)
    } else if (head >= 0 || positive || type === 'skip') {
      row = this.#impressionOf(reader, signal)
      if (row < 0) this.#partialRow(reader, signal, event)
    }
    if (head >= 0 && row >= 0 && this.#inTime(row, time)) this.ranking.label(row, head)
    if (positive) this.#positive(reader, signal, event, row)
  }

  /** For an event that makes no rows: it still decides what comes first. */
  skip({ positives }: Reader, { item, type }: Signal): void {
    if (item >= 0 && POSITIVE_WEIGHTS[type] !== undefined && !positives.has(item)) {
      positives.set(item, -1)
    }
  }

  /** Whether a reaction now is in time for the row; before its impression it always is. */
  #inTime(row: number, time: Millis): boolean {
    return !this.ranking.shown(row) || time - this.ranking.time(row) <= this.#options.attributionMs
  }

  #positive(reader: Reader, { item, time, type }: Signal, event: Event, row: number): void {
    let positive = reader.positives.get(item)
    if (positive === undefined) {
      const viewer = row >= 0 ? this.ranking.viewer(row) : this.#request(reader, event).viewer
      positive = this.positives.add(viewer, item, time)
      reader.positives.set(item, positive)
    }
    if (positive < 0 || time - this.positives.time(positive) > this.#options.attributionMs) return
    this.positives.react(positive, type)
  }

  /** The request that the event belongs to, begun with the state as it is where it is new. */
  #request(reader: Reader, event: Event, number = this.readers.requestOf(reader, event)) {
    return this.#open.get(number) ?? this.#begin(reader, event, number)
  }

  #begin(reader: Reader, event: Event, number: number): OpenRequest {
    const { attributes, index, id, state } = reader
    const now = Math.min(event.time, this.#options.frozenAt)
    const surface = surfaceBucket(event.surface)
    const facts = { state, attributes, surface, now }
    const viewer = this.viewers.add(index, facts, this.#options.catalogue)
    if (number !== reader.history?.request) {
      this.sample.offer(now, () => {
        return { viewer, user: id, state: encodeUserState(state), surface, now }
      })
    }
    return this.#open.add(number, viewer, now, state)
  }

  /** The row of the item in the event's request, made at the first event about both. */
  #rankingRow(
    reader: Reader,
    item: number,
    event: Event,
    number = this.readers.requestOf(reader, event),
  ): number {
    const latest = reader.rows.get(item) ?? -1
    const known = this.ranking.ofRequest(latest, number)
    if (known >= 0) return known
    const { viewer, now, interests } = this.#request(reader, event, number)
    const { catalogue, counters } = this.#options
    const at = item * COUNTERS
    fillCandidate(this.#candidate, 0, item, counters, at, viewer, interests, now, catalogue)
    const row = this.ranking.add(number, item, latest, this.#candidate)
    reader.rows.set(item, row)
    return row
  }

  /**
   * A skip or a long view without an impression, as of an imported history, is an example of its kind.
   * Long views before the first skip are not: that far back, only they were recorded.
   */
  #partialRow(reader: Reader, { item, time, type }: Signal, event: Event): void {
    const counts = type === 'skip' || (type === 'long_view' && reader.history !== undefined)
    if (!counts || item < 0) return
    const page = this.readers.historyPageOf(reader, time)
    const row = this.#rankingRow(reader, item, event, page)
    this.ranking.showPartial(row, time)
    if (type === 'long_view') this.ranking.label(row, labelOf('long_view'))
  }

  /** The impression that a reaction without a request is about: the latest of its item or author. */
  #impressionOf(reader: Reader, { item, author, time }: Signal): number {
    const { ranking } = this
    const { catalogue } = this.#options
    const fits = (row: number) => row >= 0 && time >= ranking.time(row) && this.#inTime(row, time)
    if (item >= 0) {
      const row = ranking.lastShown(reader.rows.get(item) ?? -1)
      return fits(row) ? row : -1
    }
    let last = -1
    for (const [shown, latest] of reader.rows) {
      const row = ranking.lastShown(latest)
      if (row > last && catalogue.authors[shown] === author && fits(row)) last = row
    }
    return last
  }
}
