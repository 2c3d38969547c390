/**
 * An item as member of a sorted set: turned over and big-endian, so that of equal scores the smaller ordinal comes
 * first when Redis lists from the highest, as in every other store.
 */
export const memberOf = (item: number): Buffer => {
  const member = Buffer.alloc(4)
  member.writeUInt32BE(~item >>> 0)
  return member
}

export const itemOf = (member: Buffer): number => ~member.readUInt32BE() >>> 0
