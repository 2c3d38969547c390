import { reserve, SEEN_BLOCK, type UserState } from './user-state.ts'

type Seen = UserState['seen']

/** So many blocks at least are kept, or all is in order. */
const FEWEST = 4

/**
 * Remembers that `item` was shown, at most `limit` items. The oldest are forgotten first: block by block, as within
 * one their order is not kept, or one by one where the limit is a few blocks.
 */
export const see = (seen: Seen, item: number, limit: number): void => {
  const row = seen.items.indexOf(item)
  if (row >= 0 && row < seen.length) return
  const unit = limit < FEWEST * SEEN_BLOCK ? 1 : SEEN_BLOCK
  if (seen.length >= limit) {
    const over = seen.length - limit + 1
    const drop = Math.min(seen.length, Math.ceil(over / unit) * unit)
    seen.items.copyWithin(0, drop, seen.length)
    seen.length -= drop
  }
  reserve(seen, seen.length + 1)
  seen.items[seen.length++] = item
  if (unit > 1 && seen.length % unit === 0) sortBlock(seen, seen.length - unit)
}

/** Brings what was kept in the order of its coming, as it was before there were blocks, into their form. */
export const sortBlocks = (seen: Seen): void => {
  for (let at = 0; at + SEEN_BLOCK <= seen.length; at += SEEN_BLOCK) sortBlock(seen, at)
}

const sortBlock = ({ items }: Seen, at: number): void => {
  items.subarray(at, at + SEEN_BLOCK).sort()
}
