import { readFile } from 'node:fs/promises'
import { ExploreError } from '@explore/explore'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { checkSignature, refusal } from './check-signature.ts'
import type { ModelSpec, TensorSpec } from './tensor-spec.ts'

/** A loaded model whose signature is known to fit. */
export interface OnnxModel {
  /** The inputs that it declares: those that `run` has to be fed. */
  readonly inputs: readonly string[]
  /**
   * The outputs of its spec, as new arrays [rows · width]. Feeds are read in place and must stay as they
   * are until the result is there. Blocks the thread for as long as the model computes.
   */
  readonly run: (
    feeds: Readonly<Record<string, Float32Array | Int32Array>>,
  ) => Promise<Readonly<Record<string, Float32Array>>>
  /** Gives its memory back once the runs under way are over; later ones reject. */
  readonly release: () => Promise<void>
}

/**
 * Loads a model from a file or from bytes, checks its signature and runs it once.
 * Throws MODEL_SIGNATURE where ONNX Runtime cannot load it or it does not fit `spec`; `name` is how
 * messages call it.
 */
export const onnxModel = async (
  source: string | Uint8Array,
  name: string,
  spec: ModelSpec,
): Promise<OnnxModel> => {
  const { Tensor } = await import('onnxruntime-node')
  const session = await openModel(source, name)
  const underWay = new Set<Promise<unknown>>()
  let released: Promise<void> | undefined
  const release = (): Promise<void> =>
    (released ??= Promise.allSettled(underWay).then(() => session.release()))
  const outputs = Object.keys(spec.outputs)

  // Measured: making 17 tensors costs 1.6 µs, and outputs allocated beforehand save nothing.
  const run: OnnxModel['run'] = async feeds => {
    const tensors: Record<string, OrtTensor> = {}
    for (const input of session.inputNames) {
      const { dtype, width } = spec.inputs[input]!
      const data = feeds[input]
      if (data === undefined) {
        throw new ExploreError('FEED_INVALID', `${name}: input ${input} is missing`, {
          field: input,
        })
      }
      const dims = width === undefined ? [data.length] : [data.length / width, width]
      tensors[input] = new Tensor(dtype, data as Float32Array, dims)
    }
    if (released !== undefined) throw new ExploreError('SHUTTING_DOWN', `${name} is closed`)
    const running = session.run(tensors, outputs)
    underWay.add(running)
    const results = await running.finally(() => underWay.delete(running))
    return Object.fromEntries(outputs.map(output => [output, results[output]!.data])) as Record<
      string,
      Float32Array
    >
  }

  try {
    checkSignature(name, session, spec)
    const results = await run(zeros(session.inputNames, spec))
    for (const [output, { width = 1 }] of Object.entries(spec.outputs)) {
      if (results[output]!.length === width) continue
      const is = `has ${results[output]!.length} values per row, expected ${width}`
      throw refusal(name, output, `output ${output} ${is}`)
    }
  } catch (cause) {
    await release()
    if (cause instanceof ExploreError) throw cause
    throw unfit(name, 'run', cause)
  }
  return { inputs: session.inputNames, run, release }
}

/** Loads a model without looking at its signature. Throws MODEL_SIGNATURE where ONNX Runtime cannot. */
export const openModel = async (
  source: string | Uint8Array,
  name: string,
): Promise<InferenceSession> => {
  const { InferenceSession } = await import('onnxruntime-node')
  // Given a path ONNX Runtime keeps the weights twice: 14.7 MB for a file of 6.7 MB, from bytes 8.1 MB.
  const bytes = typeof source === 'string' ? await readFile(source) : source
  // The options that libs/learn evaluates with: other ones change the last bits of what a model gives.
  return InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { disable_prepacking: '1' } },
  }).catch((cause: unknown) => {
    throw unfit(name, 'loaded', cause)
  })
}

const unfit = (name: string, what: string, cause: unknown): ExploreError => {
  const said = (cause as Error).message
  const [, opset, most] = /Opset (\d+) is under development.* opset (\d+)/s.exec(said) ?? []
  const why =
    opset === undefined ? said : `it is of opset ${opset}, this ONNX Runtime reads up to ${most}`
  return new ExploreError('MODEL_SIGNATURE', `${name} cannot be ${what}: ${why}`, {
    field: name,
    ...(opset !== undefined && { hint: `export it again, for opset ${most} or older` }),
    cause,
  })
}

/** One row of zeros for every input: 0 is a valid row of every table. */
const zeros = (inputs: readonly string[], spec: ModelSpec) => {
  const row = ({ dtype, width = 1 }: TensorSpec): Float32Array | Int32Array =>
    dtype === 'float32' ? new Float32Array(width) : new Int32Array(width)
  return Object.fromEntries(inputs.map(input => [input, row(spec.inputs[input]!)]))
}
