const M = 0x5bd1e995
const SEED = 0x9747b28c
/** Where keys lie while they are hashed: nearly all are short and ASCII, and there is one for each event. */
const scratch = new Uint8Array(64)

/** The hash by which Kafka's own producers choose the partition of a key: non-negative, of its UTF-8 bytes. */
export const murmur2 = (key: string): number => {
  const long = isShortAscii(key) ? undefined : Buffer.from(key)
  const bytes = long ?? scratch
  const length = long?.length ?? key.length
  const whole = length & ~3
  let hash = SEED ^ length
  for (let at = 0; at < whole; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    let k = Math.imul(word, M)
    k = Math.imul(k ^ (k >>> 24), M)
    hash = Math.imul(hash, M) ^ k
  }
  for (let at = length - 1; at >= whole; at--) hash ^= bytes[at]! << (8 * (at - whole))
  if (whole < length) hash = Math.imul(hash, M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return (hash ^ (hash >>> 15)) & 0x7fffffff
}

/** Whether the key is short and ASCII; it then lies in the scratch. */
const isShortAscii = (key: string): boolean => {
  if (key.length > scratch.length) return false
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    if (code > 127) return false
    scratch[i] = code
  }
  return true
}
