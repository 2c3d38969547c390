import { encodeModel } from '../onnx/encode-model.ts'
import type { Graph } from './graph.ts'
import { toModel } from './to-model.ts'
import type { Tensor } from './types.ts'

/**
 * The named outputs as an ONNX model that serves: the nodes that they need, dropout removed, the
 * parameters' present values inside. The same graph and values give the same bytes.
 */
export const exportModel = (
  g: Graph,
  outputs: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array => encodeModel(toModel(g, outputs, { embed: true, ...(metadata && { metadata }) }))
