/** One named fact about every candidate, as a typed array. */
export type Column =
  Uint8Array | Uint16Array | Uint32Array | Int32Array | BigUint64Array | Float32Array | Float64Array

export type Columns = Readonly<Record<string, Column>>

/** The candidates of one request: `items[i]` and `column[i]` speak of the same candidate. */
export type Slate<C extends Columns = Columns> = {
  readonly length: number
  readonly items: Uint32Array
} & C

/** Makes a slate and refuses columns of another length than `items`. */
export const slateOf = <C extends Columns>(items: Uint32Array, columns: C): Slate<C> =>
  extend({ length: items.length, items }, columns, 'slate')

/** Adds `columns` to `slate`; `by` names the stage in the error. */
export const extend = <S extends { readonly length: number }, A extends Columns>(
  slate: S,
  columns: A,
  by: string,
): S & A => {
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== slate.length) {
      throw new RangeError(
        `${by}: column ${name} has ${column.length} rows, the slate has ${slate.length}`,
      )
    }
  }
  return { ...slate, ...columns }
}

/** The rows of a slate of that length, in their order. */
export const allRows = (length: number): Uint32Array => {
  // A typed array's own `map` and `from` call back for each row: a loop is several times as fast.
  const rows = new Uint32Array(length)
  for (let row = 0; row < length; row++) rows[row] = row
  return rows
}

/** The rows of `slate` at `rows`, in that order, in every column. */
export const take = <C extends Columns>(slate: Slate<C>, rows: Uint32Array): Slate<C> => {
  const taken: Record<string, unknown> = { length: rows.length }
  for (const [name, column] of Object.entries(slate)) {
    if (name !== 'length') taken[name] = gather(column as Column, rows)
  }
  return taken as Slate<C>
}

/** The rows of `a`, then those of `b`. Both have the same columns. */
export const concat = <C extends Columns>(a: Slate<C>, b: Slate<C>): Slate<C> => {
  const joined: Record<string, unknown> = { length: a.length + b.length }
  for (const [name, column] of Object.entries(a)) {
    if (name !== 'length') joined[name] = append(column as Column, b[name] as Column)
  }
  return joined as Slate<C>
}

const append = <T extends Column>(a: T, b: Column): T => {
  const out = new (a.constructor as new (length: number) => T)(a.length + b.length)
  out.set(a as never)
  out.set(b as never, a.length)
  return out
}

const gather = <T extends Column>(column: T, rows: Uint32Array): T => {
  const out = new (column.constructor as new (length: number) => T)(rows.length)
  for (let i = 0; i < rows.length; i++) out[i] = column[rows[i]!]!
  return out
}
