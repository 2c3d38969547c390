import { rng } from '@explore/learn'

/** `count` unit vectors, row-major, around a few dozen centres as trained embeddings are. */
export const unitVectors = (count: number, dimension: number, seed: number): Float32Array => {
  const centres = normals(48, dimension, 0)
  const vectors = normals(count, dimension, seed)
  for (let row = 0; row < count; row++) {
    const centre = ((row * 29 + seed * 7) % 48) * dimension
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension)
    vector.forEach((x, i) => (vector[i] = x + centres[centre + i]!))
    const length = Math.hypot(...vector)
    vector.forEach((x, i) => (vector[i] = x / length))
  }
  return vectors
}

const normals = (rows: number, width: number, seed: number): Float32Array => {
  const random = rng(seed)
  return Float32Array.from({ length: rows * width }, () => random.normal())
}
