import type { Event } from '@explore/explore'

/** What can follow an impression. */
export const LABELS = [
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'comment',
  'follow',
  'see_less',
  'hide_author',
  'report',
] as const

export type Label = (typeof LABELS)[number]

/** A log as one row per impression, in order of time. Users and items are numbered from 0. */
export interface Impressions {
  readonly length: number
  readonly users: Int32Array
  readonly items: Int32Array
  /** Milliseconds since the epoch. */
  readonly times: Float64Array
  /** 1 where the event followed. A label that the log's source does not have is absent. */
  readonly labels: Readonly<Partial<Record<Label, Uint8Array>>>
}

/** Joins events to their impressions by request and item. Events without impression are left out. */
export const joinImpressions = (events: Iterable<Event>): Impressions => {
  const rows = new Map<string, number>()
  const users = createNumbering()
  const items = createNumbering()
  const columns: { users: number[]; items: number[]; times: number[] } = {
    users: [],
    items: [],
    times: [],
  }
  const positives: { row: number; label: Label }[] = []
  for (const { type, userId, itemId, requestId, time } of events) {
    if (itemId === undefined || requestId === undefined) continue
    const key = `${requestId} ${itemId}`
    if (type === 'impression') {
      rows.set(key, rows.size)
      columns.users.push(users(userId))
      columns.items.push(items(itemId))
      columns.times.push(time)
      continue
    }
    const row = rows.get(key)
    const label = LABELS.find(each => each === type)
    if (row !== undefined && label) positives.push({ row, label })
  }
  const labels = Object.fromEntries(
    LABELS.map(label => [label, new Uint8Array(rows.size)]),
  ) as Record<Label, Uint8Array>
  for (const { row, label } of positives) labels[label][row] = 1
  return {
    length: rows.size,
    users: Int32Array.from(columns.users),
    items: Int32Array.from(columns.items),
    times: Float64Array.from(columns.times),
    labels,
  }
}

/** Numbers strings from 0, in order of first sight. */
export const createNumbering = (): ((name: string) => number) => {
  const numbers = new Map<string, number>()
  return name => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, numbers.size)
    return numbers.size - 1
  }
}
