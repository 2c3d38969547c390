import { readSignature } from './read-signature.ts'
import { fields } from './wire.ts'

/** A float tensor by name, as a model file holds it. */
export interface StoredValues {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

const text = new TextDecoder()

/** Reads the float initialisers of a model: the parameters that it was exported with, and constants. */
export const readValues = (model: Uint8Array): ReadonlyMap<string, StoredValues> => {
  const shapes = new Map(
    readSignature(model).initialisers.map(({ name, dtype, shape }) => [name, { dtype, shape }]),
  )
  const found = new Map<string, StoredValues>()
  for (const graph of fields(model)) {
    if (graph.field !== 7) continue
    for (const tensor of fields(graph.bytes)) {
      if (tensor.field !== 5) continue
      const parts = [...fields(tensor.bytes)]
      const name = text.decode(parts.find(({ field }) => field === 8)?.bytes)
      const raw = parts.find(({ field }) => field === 9)?.bytes
      const known = shapes.get(name)
      if (known?.dtype !== 'float32' || raw === undefined) continue
      const shape = known.shape.map(Number)
      // A copy: of a Buffer `slice` would be a part of the whole file.
      found.set(name, { shape, values: new Float32Array(new Uint8Array(raw).buffer) })
    }
  }
  return found
}
