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

/** Viewers as they were when their requests were served, one row per request, kept narrow. */
export class ViewerRows {
  readonly #columns = columns()
  readonly #user = new Column(Uint32Array)
  readonly #time = new Column(Float64Array)
  readonly #scratch = viewerFeatures(1)

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
