/** The element types that examples are kept in, narrowest first. */
export type Numbers =
  Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array

/** A growing row-major column: `length` rows of `width` numbers in one array that doubles when full. */
export class Column<A extends Numbers> {
  readonly width: number
  length = 0
  /** Storage; replaced when it grows. Rows from `length` on are zeros. */
  values: A
  readonly #make: new (size: number) => A

  constructor(make: new (size: number) => A, width = 1) {
    this.#make = make
    this.width = width
    this.values = new make(1024 * width)
  }

  /** Appends a row of zeros, or of `row`'s numbers, and returns its number. */
  add(row?: ArrayLike<number>): number {
    const at = this.length * this.width
    if (at === this.values.length) {
      const grown = new this.#make(Math.max(2 * at, 1024 * this.width))
      grown.set(this.values)
      this.values = grown
    }
    if (row) this.values.set(row, at)
    return this.length++
  }

  /** Becomes these rows. */
  adopt(values: A): void {
    this.values = values
    this.length = values.length / this.width
  }

  /** Drops every row but these, which ascend. */
  keep(rows: Uint32Array): void {
    const { values, width } = this
    rows.forEach((row, i) => values.copyWithin(i * width, row * width, (row + 1) * width))
    values.fill(0, rows.length * width, this.length * width)
    this.length = rows.length
  }

  /** The used part, not copied. */
  used(): A {
    return this.values.subarray(0, this.length * this.width) as A
  }
}
