const M = 0x5bd1e995
const SEED = 0x9747b28c

/** The hash by which Kafka's own producers choose the partition of a key: non-negative, of its UTF-8 bytes. */
export const murmur2 = (key: string): number => {
  const bytes = Buffer.from(key)
  const whole = bytes.length & ~3
  let hash = SEED ^ bytes.length
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(bytes.readInt32LE(at), M)
    k = Math.imul(k ^ (k >>> 24), M)
    hash = Math.imul(hash, M) ^ k
  }
  for (let at = bytes.length - 1; at >= whole; at--) hash ^= bytes[at]! << (8 * (at - whole))
  if (whole < bytes.length) hash = Math.imul(hash, M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return (hash ^ (hash >>> 15)) & 0x7fffffff
}
