import { readFileSync } from 'node:fs'
import { scriptKernels } from './script-kernels.ts'
import { webAssembly, type WasmMemory } from './web-assembly.ts'

/** What dot.wat computes over one memory. Addresses and strides are bytes, strides multiples of 16. */
export interface DotKernels {
  /** scores[i] = query · rows[ids[i]] for i < count. */
  readonly gather: (
    query: number,
    rows: number,
    stride: number,
    ids: number,
    count: number,
    scores: number,
  ) => void
  /** scores[i] = query · rows[i] for i < count. */
  readonly scan: (
    query: number,
    rows: number,
    stride: number,
    count: number,
    scores: number,
  ) => void
  /** Writes the indexes i < count with scores[i] ≥ least and returns how many; needs room for one more. */
  readonly collect: (scores: number, count: number, least: number, ids: number) => number
}

let compiled: object | null | undefined

/** Compiled once per thread; null where the processor lacks what WASM SIMD needs. */
const compile = (): object | null => {
  const bytes = readFileSync(new URL('./dot.wasm', import.meta.url))
  return webAssembly.validate(bytes) ? new webAssembly.Module(bytes) : null
}

/** The kernels over `memory`: in WASM, or in JavaScript where there is no WASM SIMD. */
export const dotKernels = (memory: WasmMemory): DotKernels => {
  compiled ??= compile()
  if (compiled === null) return scriptKernels(memory)
  return new webAssembly.Instance(compiled, { dot: { memory } }).exports as DotKernels
}
