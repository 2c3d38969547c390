import { MAX_BLOCKED, REACTIONS, reserve, type UserState } from './user-state.ts'

type Reactions = UserState['reactions']
type Blocked = UserState['blocked']

/**
 * Whether `on` at `time` is superseded by what a row holds: the later event wins, whatever their order in the log.
 * At the same millisecond `winner` wins, so that this too does not depend on the order.
 */
const superseded = (
  row: { readonly time: number; readonly on: number },
  on: number,
  time: number,
  winner: 0 | 1,
): boolean => row.time > time || (row.time === time && row.on === winner && on !== winner)

/**
 * A reaction (`type`: index in EVENT_TYPES) is made or undone. Returns whether that changed the set.
 * What was made and undone in the same millisecond is undone.
 */
export const react = (
  reactions: Reactions,
  item: number,
  type: number,
  on: 0 | 1,
  time: number,
): boolean => {
  let row = 0
  while (
    row < reactions.length &&
    (reactions.items[row] !== item || reactions.types[row] !== type)
  ) {
    row++
  }
  const known = row < reactions.length
  const before = known ? reactions.on[row]! : 0
  if (known && superseded({ time: reactions.times[row]!, on: before }, on, time, 0)) return false
  if (!known) row = roomFor(reactions, REACTIONS)
  reactions.items[row] = item
  reactions.types[row] = type
  reactions.on[row] = on
  reactions.times[row] = time
  return before !== on
}

/** Whether the user ever made or undid a reaction to `item`, as far as remembered. */
export const hasReacted = ({ items, length }: Reactions, item: number): boolean => {
  const row = items.indexOf(item)
  return row >= 0 && row < length
}

/** Hides an author or shows them again. What was done and undone in the same millisecond stays hidden. */
export const blockAuthor = (blocked: Blocked, author: number, on: 0 | 1, time: number): void => {
  if (author === 0) return
  const found = blocked.keys.indexOf(author)
  const known = found >= 0 && found < blocked.length
  if (known && superseded({ time: blocked.times[found]!, on: blocked.on[found]! }, on, time, 1)) {
    return
  }
  reserve(blocked, Math.min(blocked.length + 1, MAX_BLOCKED))
  const row = known ? found : roomFor(blocked, MAX_BLOCKED)
  blocked.keys[row] = author
  blocked.on[row] = on
  blocked.times[row] = time
}

/** A free row; else the oldest of what was undone; else the oldest. */
const roomFor = (
  section: { length: number; readonly on: Uint8Array; readonly times: Float64Array },
  capacity: number,
): number => {
  if (section.length < capacity) return section.length++
  let victim = 0
  for (let row = 1; row < section.length; row++) {
    const younger =
      section.on[row]! - section.on[victim]! || section.times[row]! - section.times[victim]!
    if (younger < 0) victim = row
  }
  return victim
}
