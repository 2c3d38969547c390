import { openSession, type Value } from '../runtime.ts'

/** An exported model with one output `embedding`. */
export const embedder = async (model: Uint8Array) => {
  const session = await openSession(model)
  return {
    release: session.release,
    /** Takes of `feeds` what the model declares. */
    embed: async (feeds: Readonly<Record<string, Value>>): Promise<Float32Array> => {
      const tensors = Object.fromEntries(
        session.inputs.map(name => {
          const { data, dims } = feeds[name]
          return [
            name,
            session.tensor(data instanceof Int32Array ? 'int32' : 'float32', data, dims),
          ]
        }),
      )
      const { embedding } = await session.run(tensors, { embedding: null })
      return embedding.data as Float32Array
    },
  }
}
