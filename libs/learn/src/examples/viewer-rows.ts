import {
  type Catalogue,
  fillViewer,
  HISTORY,
  USER_ATTRIBUTES,
  VIEWER_DENSE,
  type ViewerFacts,
  type ViewerFeatures,
  viewerFeatures,
} from '@explore/explore'
import { Column, type Numbers } from './column.ts'
import { fileRecords, memoryRecords, type Records, type RecordSource } from './records.ts'

type Field = Exclude<keyof ViewerFeatures, 'rows'>

/** How each field is kept: buckets fit 8 or 16 bits, which halves a row. Widest first, so that all are aligned. */
const LAYOUT = [
  ['historyItems', Int32Array, HISTORY],
  ['dense', Float32Array, VIEWER_DENSE],
  ['historyAuthors', Uint16Array, HISTORY],
  ['historyTopics', Uint16Array, HISTORY],
  ['attributes', Uint16Array, USER_ATTRIBUTES],
  ['historyKinds', Uint8Array, HISTORY],
  ['historyAges', Uint8Array, HISTORY],
  ['surface', Uint8Array, 1],
  ['hour', Uint8Array, 1],
] as const satisfies readonly (readonly [Field, new (size: number) => Numbers, number])[]

/** Bytes of a row. */
const SIZE = LAYOUT.reduce((size, [, kind, width]) => size + kind.BYTES_PER_ELEMENT * width, 0)

/** One row's bytes, and its fields as views of them. */
const row = () => {
  const buffer = new ArrayBuffer(SIZE)
  let at = 0
  const fields = LAYOUT.map(([field, kind, width]) => {
    const values: Numbers = new kind(buffer, at, width)
    at += values.byteLength
    return { field, values, width }
  })
  return { bytes: new Uint8Array(buffer), fields }
}

/** Viewer rows as another process can be sent them. */
export interface SharedViewers {
  readonly user: Uint32Array<ArrayBuffer>
  readonly time: Float64Array<ArrayBuffer>
  readonly records: RecordSource
}

/** Viewers as they were when their requests were served, one row of 646 bytes per request. */
export class ViewerRows {
  readonly #records: Records
  readonly #user = new Column(Uint32Array)
  readonly #time = new Column(Float64Array)
  readonly #scratch = viewerFeatures(1)
  readonly #row = row()

  /** In the file `path`, new, or in memory. */
  constructor(path?: string, records: Records = recordsAt(path)) {
    this.#records = records
  }

  /** The rows that were shared, to be read only. */
  static of({ user, time, records }: SharedViewers): ViewerRows {
    const found =
      'path' in records
        ? fileRecords(SIZE, records.path, time.length)
        : memoryRecords(SIZE, records.bytes)
    const rows = new ViewerRows(undefined, found)
    rows.#user.adopt(user)
    rows.#time.adopt(time)
    return rows
  }

  get length(): number {
    return this.#time.length
  }

  /** Index of each row's user. */
  get user(): Uint32Array {
    return this.#user.used()
  }

  /** Time of each row's request. */
  get time(): Float64Array {
    return this.#time.used()
  }

  share(): SharedViewers {
    const [user, time] = [this.user.slice(), this.time.slice()]
    return { user, time, records: this.#records.source() }
  }

  /** Takes a viewer's features as of `facts.now` and returns their row. */
  add(user: number, facts: ViewerFacts, catalogue: Catalogue): number {
    fillViewer(this.#scratch, 0, facts, catalogue)
    for (const { field, values, width } of this.#row.fields) {
      const from = this.#scratch[field]
      for (let i = 0; i < width; i++) values[i] = from[i]
    }
    this.#records.add(this.#row.bytes)
    this.#user.add([user])
    return this.#time.add([facts.now])
  }

  /** The features of `rows`, in this order, as `fillViewer` made them. */
  gather(rows: ArrayLike<number>, into = viewerFeatures(rows.length)): ViewerFeatures {
    const { bytes, fields } = this.#row
    for (let i = 0; i < rows.length; i++) {
      this.#records.read(rows[i], bytes)
      for (const { field, values, width } of fields) {
        const to = into[field]
        const at = i * width
        for (let j = 0; j < width; j++) to[at + j] = values[j]
      }
    }
    return into
  }

  close(): void {
    this.#records.close()
  }
}

const recordsAt = (path: string | undefined): Records =>
  path === undefined ? memoryRecords(SIZE) : fileRecords(SIZE, path)
