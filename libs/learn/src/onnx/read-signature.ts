import { DTYPE_CODES, type Dim, type DType, type ValueInfo } from './types.ts'
import { fields } from './wire.ts'

/** A model's inputs, outputs and initialisers. `dtype` is undefined for types this project never uses. */
export interface Signature {
  readonly inputs: readonly SignatureValue[]
  readonly outputs: readonly SignatureValue[]
  readonly initialisers: readonly SignatureValue[]
  /** The operators used, sorted, each once. */
  readonly operators: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
}

export type SignatureValue = Omit<ValueInfo, 'dtype'> & { readonly dtype: DType | undefined }

const text = new TextDecoder()
const DTYPES = new Map(
  Object.entries(DTYPE_CODES).map(([dtype, code]) => [code, dtype as DType] as const),
)

/** Reads a model's signature without loading it. Throws RangeError when the bytes are no protobuf. */
export const readSignature = (model: Uint8Array): Signature => {
  const inputs: SignatureValue[] = []
  const outputs: SignatureValue[] = []
  const initialisers: SignatureValue[] = []
  const operators = new Set<string>()
  const metadata: Record<string, string> = {}
  for (const top of fields(model)) {
    if (top.field === 14) {
      const [key, value] = strings(top.bytes)
      metadata[key ?? ''] = value ?? ''
    }
    if (top.field !== 7) continue
    for (const part of fields(top.bytes)) {
      if (part.field === 1) operators.add(operator(part.bytes))
      else if (part.field === 5) initialisers.push(initialiser(part.bytes))
      else if (part.field === 11) inputs.push(valueInfo(part.bytes))
      else if (part.field === 12) outputs.push(valueInfo(part.bytes))
    }
  }
  return { inputs, outputs, initialisers, operators: [...operators].sort(), metadata }
}

const strings = (entry: Uint8Array) => [...fields(entry)].map(part => text.decode(part.bytes))

const operator = (node: Uint8Array) =>
  text.decode([...fields(node)].find(part => part.field === 4)?.bytes)

const initialiser = (tensor: Uint8Array): SignatureValue => {
  let name = ''
  let dtype: DType | undefined
  const shape: Dim[] = []
  for (const part of fields(tensor)) {
    if (part.field === 8) name = text.decode(part.bytes)
    else if (part.field === 2) dtype = DTYPES.get(Number(part.value))
    else if (part.field === 1) shape.push(...dims(part.bytes, part.value))
  }
  return { name, dtype, shape }
}

/** `dims` may be packed (one field of bytes) or not (one varint each). */
const dims = (packed: Uint8Array, single: bigint): number[] => {
  if (packed.length === 0) return [Number(single)]
  const values: number[] = []
  let value = 0
  let scale = 1
  for (const byte of packed) {
    value += (byte & 127) * scale
    scale *= 128
    if (byte >= 128) continue
    values.push(value)
    value = 0
    scale = 1
  }
  return values
}

const valueInfo = (info: Uint8Array): SignatureValue => {
  let name = ''
  let dtype: DType | undefined
  const shape: Dim[] = []
  for (const part of fields(info)) {
    if (part.field === 1) name = text.decode(part.bytes)
    if (part.field !== 2) continue
    for (const type of fields(part.bytes)) {
      if (type.field !== 1) continue
      for (const tensor of fields(type.bytes)) {
        if (tensor.field === 1) dtype = DTYPES.get(Number(tensor.value))
        if (tensor.field === 2)
          shape.push(...[...fields(tensor.bytes)].map(dim => dimension(dim.bytes)))
      }
    }
  }
  return { name, dtype, shape }
}

const dimension = (dim: Uint8Array): Dim => {
  for (const part of fields(dim)) {
    if (part.field === 1) return Number(part.value)
    if (part.field === 2) return text.decode(part.bytes)
  }
  return '?'
}
