import { graph, program } from '@explore/learn'
import { cpuMs } from './cpu-time.ts'

/** A layer's size: a batch through a square weight. */
const ROWS = 1024
const WIDTH = 256
const RUNS = 40

/** FLOP per CPU second of a matrix product by the runtime that trains, on one thread: what arithmetic costs here. */
export const gemmRate = async (): Promise<number> => {
  const g = graph()
  const x = g.input('x', 'float32', ['rows', WIDTH])
  const w = g.input('w', 'float32', [WIDTH, WIDTH])
  const compiled = await program(g, { y: g.matmul(x, w) }, { reuse: true })
  const feeds = {
    x: new Float32Array(ROWS * WIDTH).fill(0.5),
    w: new Float32Array(WIDTH * WIDTH).fill(0.25),
  }
  const runs = async (): Promise<number> => {
    const start = cpuMs()
    for (let run = 0; run < RUNS; run++) await compiled.run(feeds)
    return cpuMs() - start
  }
  await runs()
  const ms = await runs()
  await compiled.release()
  return (2 * ROWS * WIDTH * WIDTH * RUNS) / (ms / 1000)
}
