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

type Field = Exclude<keyof ViewerFeatures, 'rows'>

/** What each field needs: buckets fit 8 or 16 bits, which halves a row to 646 bytes. */
const columns = () =>
  ({
    historyItems: new Column(Int32Array, HISTORY),
    historyAuthors: new Column(Uint16Array, HISTORY),
    historyTopics: new Column(Uint16Array, HISTORY),
    historyKinds: new Column(Uint8Array, HISTORY),
    historyAges: new Column(Uint8Array, HISTORY),
    attributes: new Column(Uint16Array, USER_ATTRIBUTES),
    surface: new Column(Uint8Array),
    hour: new Column(Uint8Array),
    dense: new Column(Float32Array, VIEWER_DENSE),
  }) satisfies Record<Field, Column<Numbers>>

/** Viewer rows as plain arrays, which another thread can be sent. */
export interface ViewerColumns {
  readonly user: Uint32Array<ArrayBuffer>
  readonly time: Float64Array<ArrayBuffer>
  readonly fields: Readonly<Record<Field, Numbers>>
}

/** Viewers as they were when their requests were served, one row per request, kept narrow. */
export class ViewerRows {
  readonly #columns = columns()
  readonly #user = new Column(Uint32Array)
  readonly #time = new Column(Float64Array)
  readonly #scratch = viewerFeatures(1)

  /** The rows that `columns` were copied from. */
  static of({ user, time, fields }: ViewerColumns): ViewerRows {
    const rows = new ViewerRows()
    rows.#user.adopt(user)
    rows.#time.adopt(time)
    for (const field of FIELDS) (rows.#columns[field] as Column<Numbers>).adopt(fields[field])
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

  /** A copy of these rows. */
  columns(rows: Uint32Array): ViewerColumns {
    const take = <A extends Numbers>({ values, width }: Column<A>): A => {
      const taken = new (values.constructor as new (size: number) => A)(rows.length * width)
      rows.forEach((row, i) =>
        taken.set(values.subarray(row * width, (row + 1) * width), i * width),
      )
      return taken
    }
    const fields = FIELDS.map(field => [field, take<Numbers>(this.#columns[field])])
    return {
      user: take(this.#user),
      time: take(this.#time),
      fields: Object.fromEntries(fields),
    }
  }

  /** Takes a viewer's features as of `facts.now` and returns their row. */
  add(user: number, facts: ViewerFacts, catalogue: Catalogue): number {
    fillViewer(this.#scratch, 0, facts, catalogue)
    for (const field of FIELDS) this.#columns[field].add(this.#scratch[field])
    this.#user.add([user])
    return this.#time.add([facts.now])
  }

  /** The features of `rows`, in this order, as `fillViewer` made them. */
  gather(rows: ArrayLike<number>, into = viewerFeatures(rows.length)): ViewerFeatures {
    for (const field of FIELDS) {
      const { values, width } = this.#columns[field]
      for (let i = 0; i < rows.length; i++) {
        const at = rows[i] * width
        into[field].set(values.subarray(at, at + width), i * width)
      }
    }
    return into
  }
}

const FIELDS = Object.keys(columns()) as Field[]
