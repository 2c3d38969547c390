import { reserve, type UserState } from './user-state.ts'

/** Remembers that `item` was shown, at most `limit` items, oldest forgotten first. */
export const see = (seen: UserState['seen'], item: number, limit: number): void => {
  const row = seen.items.indexOf(item)
  if (row >= 0 && row < seen.length) return
  if (seen.length >= limit) {
    const drop = seen.length - limit + 1
    seen.items.copyWithin(0, drop, seen.length)
    seen.length -= drop
  }
  reserve(seen, seen.length + 1)
  seen.items[seen.length++] = item
}
