import type { StateStore, StateWrite } from '@explore/explore'
import { type SnapshotHead, type SnapshotRow, snapshotRows } from './snapshot-file.ts'

const CHUNK = 500

/**
 * Puts a checked snapshot into a state that is empty and that nobody uses yet, by the writes that processors make.
 * Watermarks move last: a state whose loading was cut short is to be thrown away.
 */
export const loadSnapshot = async (
  path: string,
  head: SnapshotHead,
  state: StateStore,
): Promise<void> => {
  await load(path, head, state, [...head.watermarks.keys()])
}

/** As `loadSnapshot`, of one partition. */
export const loadPartition = (
  path: string,
  head: SnapshotHead,
  partition: number,
  state: StateStore,
): Promise<void> => load(path, head, state, [partition])

const load = async (
  path: string,
  { watermarks }: SnapshotHead,
  state: StateStore,
  partitions: readonly number[],
): Promise<void> => {
  const write = (partition: number, rows: readonly SnapshotRow[], watermark = 0): Promise<void> =>
    state.apply({ partition, expected: 0, watermark, ...changesOf(rows) })
  let rows: SnapshotRow[] = []
  for await (const row of snapshotRows(path)) {
    if (!partitions.includes(row[1])) continue
    if (rows.length >= CHUNK || (rows.length > 0 && rows[0]![1] !== row[1])) {
      await write(rows[0]![1], rows)
      rows = []
    }
    rows.push(row)
  }
  if (rows.length > 0) await write(rows[0]![1], rows)
  for (const partition of partitions) await write(partition, [], watermarks[partition])
}

const changesOf = (
  rows: readonly SnapshotRow[],
): Pick<StateWrite, 'users' | 'counters' | 'boards'> => ({
  users: rows.flatMap(row =>
    row[0] === 'user' ? [[row[2], new Uint8Array(Buffer.from(row[3], 'base64'))] as const] : [],
  ),
  counters: rows.flatMap(row =>
    row[0] === 'counters'
      ? row[3].flatMap((delta, field) => (delta === 0 ? [] : [{ item: row[2], field, delta }]))
      : [],
  ),
  boards: rows.flatMap(row =>
    row[0] === 'board' ? row[3].map(([item, delta]) => ({ board: row[2], item, delta })) : [],
  ),
})
