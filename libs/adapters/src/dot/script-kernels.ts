import type { DotKernels } from './dot-kernels.ts'
import type { WasmMemory } from './web-assembly.ts'

/** The kernels in JavaScript, bit for bit what WASM computes, for processors without its SIMD. */
export const scriptKernels = (memory: WasmMemory): DotKernels => {
  const lanes = new Float32Array(16)

  // A memory that grew shows its new pages in a new buffer only.
  const floats = (): Float32Array => new Float32Array(memory.buffer)
  const words = (): Uint32Array => new Uint32Array(memory.buffer)

  /** `query` and `row` count floats. Storing in `lanes` rounds each sum to f32 as SIMD lanes do. */
  const dot = (f: Float32Array, query: number, row: number, width: number): number => {
    lanes.fill(0)
    const whole = width & -16
    for (let i = 0; i < whole; i++) {
      lanes[i & 15]! += Math.fround(f[query + i]! * f[row + i]!)
    }
    for (let i = whole; i < width; i++) {
      lanes[i & 3]! += Math.fround(f[query + i]! * f[row + i]!)
    }
    const lane = (i: number): number =>
      Math.fround(
        Math.fround(lanes[i]! + lanes[i + 4]!) + Math.fround(lanes[i + 8]! + lanes[i + 12]!),
      )
    return Math.fround(lane(0) + lane(1)) + Math.fround(lane(2) + lane(3))
  }

  return {
    gather: (query, rows, stride, ids, count, scores) => {
      const f = floats()
      const at = words().subarray(ids / 4, ids / 4 + count)
      for (let i = 0; i < count; i++) {
        f[scores / 4 + i] = dot(f, query / 4, (rows + at[i]! * stride) / 4, stride / 4)
      }
    },
    scan: (query, rows, stride, count, scores) => {
      const f = floats()
      for (let i = 0; i < count; i++) {
        f[scores / 4 + i] = dot(f, query / 4, (rows + i * stride) / 4, stride / 4)
      }
    },
    collect: (scores, count, least, ids) => {
      const f = floats()
      const out = words()
      let kept = 0
      for (let i = 0; i < count; i++) {
        if (f[scores / 4 + i]! >= least) out[ids / 4 + kept++] = i
      }
      return kept
    },
  }
}
