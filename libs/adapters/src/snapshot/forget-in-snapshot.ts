import { checkSnapshot, type SnapshotRow, snapshotRows, writeSnapshot } from './snapshot-file.ts'

/** Writes a snapshot anew without a user, where it holds one of that id; returns whether it did. Throws STATE_BROKEN. */
export const forgetInSnapshot = async (path: string, user: string): Promise<boolean> => {
  const head = await checkSnapshot(path)
  const isTheirs = (row: SnapshotRow): boolean => row[0] === 'user' && row[2] === user
  let held = false
  for await (const row of snapshotRows(path)) held ||= isTheirs(row)
  if (!held) return false
  const rest = async function* (): AsyncGenerator<SnapshotRow> {
    for await (const row of snapshotRows(path)) if (!isTheirs(row)) yield row
  }
  await writeSnapshot(path, head, rest())
  return true
}
