import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Data, DType } from './onnx/types.ts'

export interface Value {
  readonly data: Data
  readonly dims: readonly number[]
}

/** A loaded model. `run` blocks the thread for as long as the model computes. */
export interface Session {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** A tensor over `data`, which is neither copied nor owned. */
  readonly tensor: (dtype: DType, data: Data, dims: readonly number[]) => OrtTensor
  /** Computes all of `fetches`: into the given tensors, or into new ones where null. */
  readonly run: (
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
  ) => Promise<Readonly<Record<string, OrtTensor>>>
  readonly release: () => Promise<void>
}

export interface SessionOptions {
  /** Threads inside one operator. Default 1. */
  readonly threads?: number
  /**
   * Rearranges constant weights at load: up to a fifth faster, but sums in another order, so that
   * an exported model no longer gives the training graph's very bits. Default false.
   */
  readonly prepack?: boolean
}

/** Loads a model into ONNX Runtime; throws what the runtime throws. */
export const openSession = async (
  model: Uint8Array,
  { threads = 1, prepack = false }: SessionOptions = {},
): Promise<Session> => {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session: InferenceSession = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { disable_prepacking: prepack ? '0' : '1' } },
  })
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    tensor: (dtype, data, dims) => new Tensor(dtype, data as Float32Array, dims),
    run: (feeds, fetches) => session.run(feeds, fetches) as Promise<Record<string, OrtTensor>>,
    release: () => session.release(),
  }
}
