import { dotRows, type DotRows } from './dot-rows.ts'
import { packedRows, rowAt, rowTable, type RowTable } from './row-table.ts'

/** Inner products of the rows of [n, width] with each other, symmetric [n, n]. Holds scratch of its own. */
export const likenesses = (width: number): ((rows: Float32Array) => Float32Array) => {
  let table: RowTable | undefined
  let products: DotRows | undefined
  return rows => {
    const n = rows.length / width
    if (table === undefined || table.rows < n) {
      table = rowTable(Math.max(128, n), width)
      products = dotRows(table)
    }
    const packed = packedRows(table)
    if (packed) packed.set(rows)
    else {
      for (let row = 0; row < n; row++) {
        rowAt(table, row).set(rows.subarray(row * width, (row + 1) * width))
      }
    }
    return products!.gram(n)
  }
}
