/** Hash slots of Redis Cluster. */
const SLOTS = 16_384

/** CRC-16/XMODEM, which Redis Cluster hashes tags with. */
const crc16 = (text: string): number => {
  let crc = 0
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) {
      crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
    }
  }
  return crc
}

/** The slot of a hash tag. */
export const slotOf = (tag: string): number => crc16(tag) % SLOTS

/** Hash tags of `shards` shards, each in its own equal stretch of the slots: masters get equally many. */
export const shardTags = (shards: number): readonly string[] =>
  Array.from({ length: shards }, (_, shard) => {
    for (let i = 0; ; i++) {
      const tag = `${shard}.${i}`
      if (Math.floor((slotOf(tag) * shards) / SLOTS) === shard) return tag
    }
  })
