import type { DenseRule, RowRule } from './types.ts'

export interface AdamOptions {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  /** Decoupled: values shrink by rate · weightDecay per step (Loshchilov & Hutter, 2019). */
  readonly weightDecay?: number
}

/** Adam with bias correction (Kingma & Ba, 2015). */
export const adam =
  ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {}): DenseRule =>
  size => {
    const mean = new Float32Array(size)
    const square = new Float32Array(size)
    return {
      arrays: [mean, square],
      update: (values, gradient, { step, rate, scale }) => {
        const keep = 1 - rate * weightDecay
        const stride = rate / (1 - beta1 ** step)
        const correction = 1 / Math.sqrt(1 - beta2 ** step)
        for (let i = 0; i < size; i++) {
          const g = gradient[i] * scale
          const m = beta1 * mean[i] + (1 - beta1) * g
          const v = beta2 * square[i] + (1 - beta2) * g * g
          mean[i] = m
          square[i] = v
          values[i] = values[i] * keep - (stride * m) / (Math.sqrt(v) * correction + epsilon)
        }
      },
    }
  }

/**
 * Adam on the rows that a batch touched; the others' moments stand still. Bias correction counts
 * each row's own updates, so that a row first seen late starts like one seen at step 1. Decay
 * applies when a row is touched.
 */
export const lazyAdam =
  ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {}): RowRule =>
  (rows, dim) => {
    const mean = new Float32Array(rows * dim)
    const square = new Float32Array(rows * dim)
    const updates = new Float32Array(rows)
    return {
      arrays: [mean, square, updates],
      update: (values, { ids, sums }, { rate, scale }) => {
        const keep = 1 - rate * weightDecay
        for (let row = 0; row < ids.length; row++) {
          const id = ids[row]
          const step = updates[id] + 1
          updates[id] = step
          const stride = rate / (1 - beta1 ** step)
          const correction = 1 / Math.sqrt(1 - beta2 ** step)
          const from = row * dim
          const to = id * dim
          for (let i = 0; i < dim; i++) {
            const g = sums[from + i] * scale
            const m = beta1 * mean[to + i] + (1 - beta1) * g
            const v = beta2 * square[to + i] + (1 - beta2) * g * g
            mean[to + i] = m
            square[to + i] = v
            values[to + i] =
              values[to + i] * keep - (stride * m) / (Math.sqrt(v) * correction + epsilon)
          }
        }
      },
    }
  }
