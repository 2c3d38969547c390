import type { Found } from './stage.ts'

/** The `rows` of a list that is kept as two columns, in their order. */
export const foundAt = (rows: Uint32Array, items: Uint32Array, scores: Float32Array): Found => {
  const found = { items: new Uint32Array(rows.length), scores: new Float32Array(rows.length) }
  for (let i = 0; i < rows.length; i++) {
    found.items[i] = items[rows[i]!]!
    found.scores[i] = scores[rows[i]!]!
  }
  return found
}
