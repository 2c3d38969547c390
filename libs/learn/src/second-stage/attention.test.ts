import { HISTORY } from '@explore/explore'
import { expect, it } from 'vitest'
import { candidateInputs, viewerInputs } from '../examples/model-inputs.ts'
import { graph } from '../graph/graph.ts'
import { program } from '../program.ts'
import { rng } from '../rng.ts'
import { attention } from './attention.ts'
import { layers } from './layers.ts'

const WIDTH = 4

const compiled = async () => {
  const g = graph()
  const viewer = viewerInputs(g)
  const history = g.input('history', 'float32', ['viewers', HISTORY, WIDTH])
  const candidates = g.input('candidates', 'float32', ['rows', WIDTH])
  const of = candidateInputs(g).viewer
  const make = layers(g, rng(1))
  const out = attention(g, make, { history, candidates, viewer, of, heads: 2 })
  return program(g, { read: out.read, match: out.match })
}

const random = rng(7)
const noise = (length: number) => Float32Array.from({ length }, () => random.normal())

it('reads what is there, whatever stands in the padding', async () => {
  const run = await compiled()
  const ages = new Int32Array(HISTORY).fill(3, 0, 6)
  const kinds = new Int32Array(HISTORY).fill(2, 0, 6)
  const feeds = {
    candidates: noise(3 * WIDTH),
    'candidate.viewer': new Int32Array(3),
    'viewer.historyAges': ages,
    'viewer.historyKinds': kinds,
  }
  const known = noise(6 * WIDTH)
  const read = async (padding: Float32Array) => {
    const history = new Float32Array(HISTORY * WIDTH)
    history.set(padding)
    history.set(known)
    return Array.from((await run.run({ ...feeds, history })).read.data as Float32Array)
  }
  const clean = await read(new Float32Array(HISTORY * WIDTH))
  expect(await read(noise(HISTORY * WIDTH))).toEqual(clean)
  expect(clean.some(value => Math.abs(value) > 0.01)).toBe(true)
  await run.release()
})

it('reads nothing from an empty history', async () => {
  const run = await compiled()
  const { read, match } = await run.run({
    candidates: noise(WIDTH),
    'candidate.viewer': new Int32Array(1),
    'viewer.historyAges': new Int32Array(HISTORY),
    'viewer.historyKinds': new Int32Array(HISTORY),
    history: new Float32Array(HISTORY * WIDTH),
  })
  for (const value of [...(read.data as Float32Array), ...(match.data as Float32Array)]) {
    expect(Math.abs(value)).toBe(0)
  }
  await run.release()
})
