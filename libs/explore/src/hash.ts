/** 32-bit MurmurHash3 (A. Appleby, public domain) of the UTF-16 units of `text`: stable across processes. */
export const hash32 = (text: string, seed = 0): number => {
  let h = seed
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    h ^= Math.imul(k, 0x1b873593)
    h = (h << 13) | (h >>> 19)
    h = (Math.imul(h, 5) + 0xe6546b64) | 0
  }
  h ^= text.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A bucket in 1 … size − 1; 0 is kept for "none". */
export const bucket = (text: string, size: number): number => 1 + (hash32(text) % (size - 1))

/**
 * An author's 32-bit key: a hash, so that every process agrees on it without a dictionary.
 * Two authors that share a key are treated as one by blocks and rules, which errs to the safe side.
 */
export const authorKey = (author: string): number => hash32(author, 0x9747b28c)

/** A topic's 16-bit key, 1 … 65535. */
export const topicKey = (topic: string): number => 1 + (hash32(topic, 0x1b873593) % 65535)
