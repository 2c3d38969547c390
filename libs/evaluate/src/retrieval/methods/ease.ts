import { itemsByUser } from '../queries.ts'
import type { Method } from '../scorer.ts'
import type { Interactions } from '../interactions.ts'
import { invertPositive } from './invert-positive.ts'

/** Above it the matrix of items by items takes too much memory and time. */
export const MOST_ITEMS = 12_000

/**
 * EASE (Steck, WWW 2019): the linear autoencoder without self-similarity in closed form, P = (XᵀX + λI)⁻¹,
 * B = −P / diag(P) with a zero diagonal. Scores are the user's positives times B.
 */
export const ease = (lambda: number): Method => ({
  name: 'EASE',
  seeded: false,
  fit: async ({ task: { data, train } }, { onProgress, signal }) => {
    const { size } = data.catalogue
    const weights = await easeWeights(train, size, lambda, fraction => {
      signal.throwIfAborted()
      onProgress(fraction)
    })
    const history = itemsByUser(train)
    const scores = new Float32Array(size)
    return {
      each: async ({ users }, visit) => {
        users.forEach((id, query) => {
          scores.fill(0)
          for (const item of history.get(id) ?? []) {
            const row = weights.subarray(item * size, (item + 1) * size)
            for (let other = 0; other < size; other++) scores[other]! += row[other]!
          }
          visit(query, scores)
        })
      },
    }
  },
})

/** B, row-major [items, items]: how much a positive of the row's item says for the column's. */
export const easeWeights = async (
  train: Interactions,
  items: number,
  lambda: number,
  onProgress: (fraction: number) => void = () => {},
): Promise<Float32Array> => {
  const matrix = new Float32Array(items * items)
  for (const list of itemsByUser(train).values()) {
    for (const a of list) for (const b of list) matrix[a * items + b]!++
  }
  for (let item = 0; item < items; item++) matrix[item * items + item]! += lambda
  await invertPositive(matrix, items, onProgress)
  const diagonal = Float32Array.from({ length: items }, (_, item) => matrix[item * items + item]!)
  for (let row = 0; row < items; row++) {
    for (let column = 0; column < items; column++) {
      const at = row * items + column
      matrix[at] = row === column ? 0 : -matrix[at]! / diagonal[column]!
    }
  }
  return matrix
}
