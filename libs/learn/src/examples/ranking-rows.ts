import { CANDIDATE_CROSS, CANDIDATE_DENSE, type CandidateFeatures } from '@explore/explore'
import { Column } from './column.ts'
import { type Label, LABELS } from './labels.ts'

/** Ranking examples as columns, one row per impression or partial one, in the order of the log. */
export interface RankingRows {
  readonly length: number
  /** Row of the request's viewer. */
  readonly viewer: Uint32Array
  /** Ordinal. */
  readonly item: Uint32Array
  /** When the impression happened. */
  readonly time: Float64Array
  /** [length, LABELS] 1 where the reaction followed. */
  readonly labels: Uint8Array
  /** 1 where no impression was recorded: what is not 1 in PARTIAL_LABELS is 0, in the others unknown. */
  readonly partial: Uint8Array
  /** [length, CANDIDATE_DENSE] */
  readonly dense: Float32Array
  /** [length, CANDIDATE_CROSS] */
  readonly cross: Float32Array
}

/** The labels that a skip or a long view without an impression tells about. */
export const PARTIAL_LABELS: readonly Label[] = ['long_view', 'like']

/** Collects ranking examples while their impressions and reactions arrive, in any order. */
export class RankingBuilder {
  readonly #viewer = new Column(Uint32Array)
  readonly #item = new Column(Uint32Array)
  readonly #time = new Column(Float64Array)
  readonly #labels = new Column(Uint8Array, LABELS.length)
  readonly #partial = new Column(Uint8Array)
  readonly #dense = new Column(Float32Array, CANDIDATE_DENSE)
  readonly #cross = new Column(Float32Array, CANDIDATE_CROSS)
  readonly #request = new Column(Uint32Array)
  readonly #shown = new Column(Uint8Array)
  /** The same user's row of the same item before, or −1. */
  readonly #before = new Column(Int32Array)

  /** A row that becomes an example once its impression is seen, or once it is shown as a partial one. */
  add(request: number, item: number, before: number, features: CandidateFeatures): number {
    this.#viewer.add(features.viewer)
    this.#partial.add()
    this.#item.add([item])
    this.#time.add()
    this.#labels.add()
    this.#dense.add(features.dense)
    this.#cross.add(features.cross)
    this.#request.add([request])
    this.#shown.add()
    return this.#before.add([before])
  }

  show(row: number, time: number): void {
    if (this.#shown.values[row] === 1) return
    this.#shown.values[row] = 1
    this.#time.values[row] = time
  }

  /** Makes an example of a row without its impression. */
  showPartial(row: number, time: number): void {
    this.show(row, time)
    this.#partial.values[row] = 1
  }

  label(row: number, label: number): void {
    this.#labels.values[row * LABELS.length + label] = 1
  }

  shown(row: number): boolean {
    return this.#shown.values[row] === 1
  }

  time(row: number): number {
    return this.#time.values[row]
  }

  viewer(row: number): number {
    return this.#viewer.values[row]
  }

  /** The row of `request` among `row` and the rows before it, or −1. */
  ofRequest(row: number, request: number): number {
    let at = row
    while (at >= 0 && this.#request.values[at] !== request) at = this.#before.values[at]
    return at
  }

  /** The latest shown among `row` and the rows before it, or −1. */
  lastShown(row: number): number {
    let at = row
    while (at >= 0 && this.#shown.values[at] === 0) at = this.#before.values[at]
    return at
  }

  /** The rows whose impression came; the builder is spent. */
  finish(): RankingRows {
    const columns = {
      viewer: this.#viewer,
      item: this.#item,
      time: this.#time,
      labels: this.#labels,
      partial: this.#partial,
      dense: this.#dense,
      cross: this.#cross,
    }
    const shown = Uint32Array.from(this.#shown.used().keys()).filter(row => this.shown(row))
    for (const column of Object.values(columns)) column.keep(shown)
    return {
      length: shown.length,
      viewer: columns.viewer.used(),
      item: columns.item.used(),
      time: columns.time.used(),
      labels: columns.labels.used(),
      partial: columns.partial.used(),
      dense: columns.dense.used(),
      cross: columns.cross.used(),
    }
  }
}
