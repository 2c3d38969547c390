import { openModel } from './onnx-model.ts'
import { refusal } from './check-signature.ts'

/** Values per row of a model's output [rows, width]. Throws MODEL_SIGNATURE where it does not say. */
export const outputWidth = async (
  model: Uint8Array,
  name: string,
  output: string,
): Promise<number> => {
  const session = await openModel(model, name)
  try {
    const value = session.outputMetadata.find(each => each.name === output)
    const width = value?.isTensor ? value.shape[1] : undefined
    if (typeof width === 'number' && value?.isTensor && value.shape.length === 2) return width
    throw refusal(
      name,
      output,
      value === undefined
        ? `output ${output} is missing`
        : `output ${output} must be [rows, width] with a width that is a number`,
    )
  } finally {
    await session.release()
  }
}
