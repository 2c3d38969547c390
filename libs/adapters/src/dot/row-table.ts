import { MAX_PAGES, PAGE, webAssembly, type WasmMemory } from './web-assembly.ts'

/** Rows of f32 in WASM memory. Plain data: `postMessage` shares it with other threads, without a copy. */
export interface RowTable {
  readonly memory: WasmMemory
  readonly rows: number
  readonly width: number
}

/** Bytes from a row to the next: whole SIMD vectors, zero-padded. */
export const strideOf = (width: number): number => Math.ceil(width / 4) * 16

/** An all-zero table. Throws RangeError where it would not fit into 4 GiB. */
export const rowTable = (rows: number, width: number): RowTable => {
  const pages = Math.max(1, Math.ceil((rows * strideOf(width)) / PAGE))
  if (pages > MAX_PAGES) {
    throw new RangeError(`${rows} rows of ${width} floats do not fit into 4 GiB`)
  }
  const memory = new webAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: true })
  return { memory, rows, width }
}

/** Row `id` in place: writes show in every thread. */
export const rowAt = ({ memory, width }: RowTable, id: number): Float32Array =>
  new Float32Array(memory.buffer, id * strideOf(width), width)

/** A table of `values`, row-major [rows, width]. */
export const rowTableOf = (values: Float32Array, width: number): RowTable => {
  const table = rowTable(values.length / width, width)
  const packed = packedRows(table)
  if (packed) packed.set(values)
  else {
    for (let id = 0; id < table.rows; id++) {
      rowAt(table, id).set(values.subarray(id * width, (id + 1) * width))
    }
  }
  return table
}

/** All rows as one array where rows have no padding between them. */
export const packedRows = ({ memory, rows, width }: RowTable): Float32Array | undefined =>
  width % 4 === 0 ? new Float32Array(memory.buffer, 0, rows * width) : undefined
