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
    return Uint8Array.from(bytes).buffer
  }
  return {
    refuse,
    u32: (bytes: Uint8Array, field: string, demand: Demand = {}): Uint32Array => {
      const column = new Uint32Array(words(bytes, field, demand))
      const { below = Infinity } = demand
      const over = column.find(value => value >= below)
      return over === undefined ? column : refuse(field, `has ${over}, which is not below ${below}`)
    },
    i32: (bytes: Uint8Array, field: string, demand: Demand = {}): Int32Array =>
      new Int32Array(words(bytes, field, demand)),
    f32: (bytes: Uint8Array, field: string, demand: Demand = {}): Float32Array => {
      const column = new Float32Array(words(bytes, field, demand))
      return column.every(Number.isFinite) ? column : refuse(field, 'has what is no number')
    },
  }
}

export type ColumnReader = ReturnType<typeof columnReader>
