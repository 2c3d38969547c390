import { expect, it } from 'vitest'
import { LABELS } from '../examples/labels.ts'
import { graph } from '../graph/graph.ts'
import { program } from '../program.ts'
import { planHeads } from './heads.ts'
import { sigmoid } from './platt.ts'
import { throughClick } from './through-click.ts'

it('multiplies by the probability of the click, and leaves direct heads alone', async () => {
  const positives = LABELS.map(head => (['click', 'like', 'see_less'].includes(head) ? 50 : 0))
  const counts = { rows: 1000, positives, clicked: positives }
  const heads = planHeads(counts).filter(plan => plan.trained)
  const g = graph()
  const raw = g.input('raw', 'float32', ['rows', 3])
  const run = await program(g, { out: throughClick(g, raw, heads) })
  const rows = [
    [0, 0, 0.3],
    [2, -3, -1],
    [-12, 8, 5],
    [-30, -30, 1],
    [14, 14, 0],
  ]
  const { out } = await run.run({ raw: Float32Array.from(rows.flat()) })
  rows.forEach(([click, given, direct], row) => {
    expect(out.data[row * 3]).toBe(click)
    expect(out.data[row * 3 + 2]).toBe(Math.fround(direct!))
    const p = sigmoid(click!) * sigmoid(given!)
    const logit = Math.log(p) - Math.log(sigmoid(-click!) + sigmoid(click!) * sigmoid(-given!))
    expect(Math.abs((out.data[row * 3 + 1] as number) / logit - 1)).toBeLessThan(1e-5)
  })
  await run.release()
})
