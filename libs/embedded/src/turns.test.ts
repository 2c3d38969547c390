import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { unpackError } from './thread-error.ts'
import { giveTurns, type Turns } from './turns.ts'

/** Loads for `ms` in its turn and says when; a thread that is told to fail does. */
const SCRIPT = `
const { parentPort, workerData } = require('node:worker_threads')
import(workerData.turns).then(async ({ inTurn }) => {
  await inTurn(workerData.channel, async (shared, signal) => {
    const from = Date.now()
    parentPort.postMessage({ began: true })
    while (workerData.untilStopped && !signal.aborted) await new Promise(resolve => setTimeout(resolve, 5))
    await new Promise(resolve => setTimeout(resolve, 100))
    if (workerData.meet && shared !== undefined) {
      const here = new Int32Array(workerData.meet)
      Atomics.add(here, 0, 1)
      // Both are loading at once, or this waits for ever.
      while (Atomics.load(here, 0) < 2) await new Promise(resolve => setTimeout(resolve, 5))
    }
    if (workerData.fails) throw new Error('no such bundle')
    parentPort.postMessage({ from, to: Date.now(), shared })
    return { shared: 'tables' }
  }).catch(() => {})
})`

const open: { turns: Turns; workers: Worker[] }[] = []
afterEach(async () => {
  for (const { turns, workers } of open.splice(0)) {
    await turns.close()
    for (const worker of workers) await worker.terminate()
  }
})

const start = (
  threads: number,
  { together = false, fails = false, untilStopped = false }: Record<string, boolean> = {},
) => {
  const meet = together ? new SharedArrayBuffer(4) : undefined
  const channel = randomUUID()
  const turns = giveTurns(channel, threads, { together, failed: unpackError })
  let begun = 0
  const seen: { from: number; to: number; shared: unknown }[] = []
  const workers = Array.from({ length: threads }, () => {
    const { href } = new URL('./turns.ts', import.meta.url)
    const workerData = { channel, fails, untilStopped, meet, turns: href }
    const worker = new Worker(SCRIPT, { eval: true, workerData })
    return worker.on('message', said => ('began' in said ? begun++ : seen.push(said)))
  })
  open.push({ turns, workers })
  return { turns, seen, begun: () => begun }
}

describe('threads', () => {
  it('load one after the other, and all from what the first one read', async () => {
    const { turns, seen } = start(3)
    await turns.all
    await expect.poll(() => seen.length).toBe(3)
    seen.sort((a, b) => a.from - b.from)
    expect(seen.map(({ shared }) => shared)).toEqual([undefined, 'tables', 'tables'])
    expect(seen[1]!.from).toBeGreaterThanOrEqual(seen[0]!.to)
    expect(seen[2]!.from).toBeGreaterThanOrEqual(seen[1]!.to)
  })

  it('load together after the first one where nobody serves', async () => {
    const { turns, seen } = start(3, { together: true })
    await turns.first
    await turns.all
    await expect.poll(() => seen.length).toBe(3)
    seen.sort((a, b) => a.from - b.from)
    expect(seen[1]!.from).toBeGreaterThanOrEqual(seen[0]!.to)
  })

  it('say why they cannot', async () => {
    const { turns } = start(1, { fails: true })
    await expect(turns.all).rejects.toThrow('no such bundle')
    await expect(turns.first).rejects.toThrow('no such bundle')
  })

  it('are waited for while they load, told to hurry, and no other begins', async () => {
    const { turns, seen, begun } = start(3, { untilStopped: true })
    await expect.poll(begun).toBe(1)
    await turns.close()
    await expect.poll(() => seen.length).toBe(1)
    await expect(turns.all).rejects.toThrow('closed while loading')
    expect(begun()).toBe(1)
  })

  it('are not waited for where none loads, or where the one that did has failed', async () => {
    const { turns } = start(1, { fails: true })
    await expect(turns.all).rejects.toThrow('no such bundle')
    await turns.close()
  })
})
