import { HISTORY, type UserState } from './user-state.ts'

type History = UserState['history']

/** The row of `item`, which has at most one, or −1. Columns hold leftovers beyond their length. */
const rowOf = ({ items, length }: History, item: number): number => {
  const row = items.indexOf(item)
  return row < length ? row : -1
}

/** What the user did to `item`, as bits by index in EVENT_TYPES; 0 = nothing that is remembered. */
export const kindsOf = (history: History, item: number): number => {
  const row = rowOf(history, item)
  return row < 0 ? 0 : history.kinds[row]!
}

/** Puts the engagement at the history's end, joined with what the user did to the item before. */
export const remember = (history: History, item: number, kind: number, time: number): void => {
  const before = kindsOf(history, item)
  if (before !== 0) removeRow(history, rowOf(history, item))
  else if (history.length >= HISTORY) removeRow(history, 0)
  const at = history.length++
  history.items[at] = item
  history.kinds[at] = before | kind
  history.times[at] = time
}

/** Clears an undone kind; an entry without any kind left goes. */
export const forget = (history: History, item: number, kind: number): void => {
  const row = rowOf(history, item)
  if (row < 0) return
  history.kinds[row]! &= ~kind
  if (history.kinds[row] === 0) removeRow(history, row)
}

const removeRow = (history: History, row: number): void => {
  history.items.copyWithin(row, row + 1, history.length)
  history.kinds.copyWithin(row, row + 1, history.length)
  history.times.copyWithin(row, row + 1, history.length)
  history.length--
}
