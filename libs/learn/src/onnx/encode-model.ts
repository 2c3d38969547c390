import {
  DTYPE_CODES,
  type Attribute,
  type Data,
  type DType,
  type OnnxModel,
  type OnnxNode,
  type Shape,
  type ValueInfo,
} from './types.ts'
import { bytes, type Chunks, document, float, int, ints, message, string } from './wire.ts'

/** ONNX 1.15's operator set and file format: everything here that ONNX Runtime 1.30 has kernels for. */
const OPSET = 20
const IR_VERSION = 9

/** A model as ONNX protobuf bytes (field numbers of onnx.proto). Equal models give equal bytes. */
export const encodeModel = (model: OnnxModel): Uint8Array =>
  document([
    int(1, IR_VERSION),
    string(2, 'explore'),
    message(7, [
      ...model.nodes.map(node => message(1, encodeNode(node))),
      string(2, 'graph'),
      ...model.initialisers.map(one =>
        message(5, [...encodeTensor(one.dtype, one.shape, one.values), string(8, one.name)]),
      ),
      ...model.inputs.map(value => message(11, encodeValueInfo(value))),
      ...model.outputs.map(value => message(12, encodeValueInfo(value))),
    ]),
    message(8, [string(1, ''), int(2, OPSET)]),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) =>
      message(14, [string(1, key), string(2, value)]),
    ),
  ])

const encodeNode = (node: OnnxNode): Chunks[] => [
  ...node.inputs.map(name => string(1, name)),
  ...node.outputs.map(name => string(2, name)),
  string(3, node.outputs[0] ?? ''),
  string(4, node.op),
  ...Object.entries(node.attributes).map(([name, value]) =>
    message(5, [string(1, name), ...encodeAttribute(value)]),
  ),
]

/** The value and, in field 20, its AttributeType. */
const encodeAttribute = (value: Attribute): Chunks[] => {
  if ('float' in value) return [float(2, value.float), int(20, 1)]
  if ('int' in value) return [int(3, value.int), int(20, 2)]
  if ('string' in value) return [string(4, value.string), int(20, 3)]
  if ('ints' in value) return [ints(8, value.ints), int(20, 7)]
  const { dtype, shape, values } = value.tensor
  return [message(5, encodeTensor(dtype, shape, values)), int(20, 4)]
}

const encodeTensor = (dtype: DType, shape: Shape, values: Data): Chunks[] => [
  ints(1, shape.map(Number)),
  int(2, DTYPE_CODES[dtype]),
  bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
]

const encodeValueInfo = ({ name, dtype, shape }: ValueInfo): Chunks[] => [
  string(1, name),
  message(2, [
    message(1, [
      int(1, DTYPE_CODES[dtype]),
      message(
        2,
        shape.map(dim => message(1, [typeof dim === 'number' ? int(1, dim) : string(2, dim)])),
      ),
    ]),
  ]),
]
