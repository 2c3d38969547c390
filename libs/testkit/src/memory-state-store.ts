import {
  type BoardAdd,
  type CounterAdd,
  COUNTERS,
  ExploreError,
  type Id,
  pastBoards,
  type StateStore,
} from '@explore/explore'

/** Serving state in plain maps: the simplest thing that keeps the port's promises. */
export const memoryStateStore = (): StateStore => {
  const users = new Map<Id, Uint8Array>()
  const counters = new Map<number, Float64Array>()
  const boards = new Map<string, Map<number, number>>()
  const values = new Map<string, { readonly value: Uint8Array; readonly expires: number }>()
  const watermarks = new Map<number, number>()

  const count = ({ item, field, delta }: CounterAdd): void => {
    const row = counters.get(item) ?? new Float64Array(COUNTERS)
    row[field]! += delta
    counters.set(item, row)
  }
  const vote = ({ board, item, delta }: BoardAdd): void => {
    const scores = boards.get(board) ?? new Map<number, number>()
    scores.set(item, (scores.get(item) ?? 0) + delta)
    boards.set(board, scores)
  }
  const put = (key: string, value: Uint8Array, expires = Infinity): void => {
    values.set(key, { value: value.slice(), expires })
  }

  return {
    users: ids => ids.map(id => users.get(id)?.slice()),
    userIds: (after, limit) =>
      [...users.keys()]
        .filter(id => after === undefined || id > after)
        .sort()
        .slice(0, limit),
    counters: items => {
      const rows = new Float64Array(items.length * COUNTERS)
      items.forEach((item, i) => rows.set(counters.get(item) ?? [], i * COUNTERS))
      return rows
    },
    top: (board, n) => {
      const best = [...(boards.get(board) ?? [])].sort(([, a], [, b]) => b - a).slice(0, n)
      return {
        items: Uint32Array.from(best, ([item]) => item),
        scores: Float64Array.from(best, ([, score]) => score),
      }
    },
    apply: async write => {
      const { partition = 0 } = write
      const held = watermarks.get(partition) ?? 0
      if (write.expected !== held) {
        throw new ExploreError(
          'WATERMARK_MISMATCH',
          `the watermark is ${held}, not ${write.expected}`,
        )
      }
      for (const [id, state] of write.users) {
        if (state === undefined) users.delete(id)
        else users.set(id, state.slice())
      }
      write.counters.forEach(count)
      write.boards.forEach(vote)
      watermarks.set(partition, write.watermark)
    },
    watermark: (partition = 0) => watermarks.get(partition) ?? 0,
    get: key => values.get(key)?.value.slice(),
    put: async (key, value, expires) => put(key, value, expires),
    putMany: async (entries, expires) => {
      for (const [key, value] of entries) put(key, value, expires)
    },
    keys: async function* (prefix) {
      yield* [...values.keys()].filter(key => key.startsWith(prefix))
    },
    remove: async keys => {
      for (const key of keys) values.delete(key)
    },
    sweep: async now => {
      const due = [...values].filter(([, { expires }]) => expires <= now)
      for (const [key] of due) values.delete(key)
      for (const board of pastBoards([...boards.keys()])) boards.delete(board)
      return due.length
    },
    close: async () => {},
  }
}
