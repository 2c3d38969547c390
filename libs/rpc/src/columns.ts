import { endianness } from 'node:os'
import { type ErrorCode, ExploreError } from '@explore/explore'
import type { Column } from '@explore/pipeline'

if (endianness() !== 'LE') throw new Error('columns are little-endian, this machine is not')

/** A column as it travels: its own bytes, not a copy. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Column): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

interface Demand {
  /** Rows that the column must have. */
  readonly rows?: number
  /** Values must be below this. */
  readonly below?: number
}

/** Reads columns of one message; what does not fit is an error of `code` that names the field. */
export const columnReader = (code: ErrorCode) => {
  const refuse = (field: string, message: string): never => {
    throw new ExploreError(code, `${field} ${message}`, { field })
  }
  /** Copied: a message may begin anywhere, a typed array may not. */
  const words = (bytes: Uint8Array, field: string, { rows }: Demand): ArrayBuffer => {
    if (bytes.length % 4 !== 0) refuse(field, `has ${bytes.length} bytes, no multiple of 4`)
    if (rows !== undefined && bytes.length !== rows * 4) {
      refuse(field, `has ${bytes.length / 4} rows, not ${rows}`)
    }
    return new Uint8Array(bytes).buffer
  }
  return {
    refuse,
    u8: (bytes: Uint8Array, field: string, { rows }: Demand = {}): Uint8Array => {
      if (rows !== undefined && bytes.length !== rows) {
        refuse(field, `has ${bytes.length} rows, not ${rows}`)
      }
      return new Uint8Array(bytes)
    },
    u32: (bytes: Uint8Array, field: string, demand: Demand = {}): Uint32Array => {
      const column = new Uint32Array(words(bytes, field, demand))
      const { below = Infinity } = demand
      for (let row = 0; row < column.length; row++) {
        if (column[row]! >= below) {
          refuse(field, `has ${column[row]}, which is not below ${below}`)
        }
      }
      return column
    },
    i32: (bytes: Uint8Array, field: string, demand: Demand = {}): Int32Array =>
      new Int32Array(words(bytes, field, demand)),
    f32: (bytes: Uint8Array, field: string, demand: Demand = {}): Float32Array => {
      const column = new Float32Array(words(bytes, field, demand))
      for (let row = 0; row < column.length; row++) {
        if (!Number.isFinite(column[row])) refuse(field, 'has what is no number')
      }
      return column
    },
  }
}

export type ColumnReader = ReturnType<typeof columnReader>
