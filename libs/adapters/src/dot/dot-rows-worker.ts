import { parentPort, workerData } from 'node:worker_threads'
import { dotRows } from './dot-rows.ts'
import type { RowTable } from './row-table.ts'

/** The other thread of dot-rows.test.ts: answers all queries from the table that it was sent. */
const { table, queries } = workerData as { table: RowTable; queries: Float32Array }
const rows = dotRows(table)
const found: Uint32Array[] = []
for (let at = 0; at < queries.length; at += table.width) {
  found.push(rows.nearest(queries.subarray(at, at + table.width), 20).items)
}
parentPort!.postMessage(found)
