import type { Evaluation } from '../evaluation.ts'
import type { Report, Row } from '../report.ts'
import { measure, type Measured } from './measure.ts'
import { popularityOrder, randomOrder } from './methods/popularity.ts'
import { protocolTask } from './protocols/index.ts'
import type { Method } from './scorer.ts'

const CUTS = [50, 100, 500] as const

/** Ranks the whole catalogue by every method and reports what each finds. */
export const evaluateRetrieval: Evaluation = async input => {
  const { protocol, seeds, onProgress, signal } = input
  const task = await protocolTask(input)
  const methods: readonly Method[] = [
    randomOrder,
    popularityOrder('popularity'),
    popularityOrder('popularity, half-life 2 days', 2),
  ]
  const rows: Row[] = []
  for (const [i, method] of methods.entries()) {
    const runs: Measured[] = []
    const last = method.seeded ? seeds : 1
    for (let seed = 1; seed <= last; seed++) {
      signal.throwIfAborted()
      const done = (fraction: number, note?: string): void =>
        onProgress(
          'retrieval',
          (i + (seed - 1 + fraction) / last) / methods.length,
          [method.name, ...(note ? [note] : [])].join(', '),
        )
      done(0)
      const scorer = await method.fit(task, { seed, signal, onProgress: done })
      runs.push(await measure(scorer, task.test, task.pool, CUTS))
      await scorer.release?.()
    }
    rows.push({
      name: method.name,
      cells: CUTS.flatMap(cut => [
        mean(runs.map(run => mean([...run.recall.get(cut)!]))),
        mean(runs.map(run => mean([...run.ndcg.get(cut)!]))),
      ]),
    })
  }
  onProgress('retrieval', 1)
  return {
    evaluation: 'retrieval',
    protocol,
    title: `retrieval of ${task.data.source}, protocol ${protocol}`,
    facts: task.facts,
    tables: [
      {
        title: 'test, full ranking',
        columns: CUTS.flatMap(cut => [{ name: `R@${cut}` }, { name: `NDCG@${cut}` }]),
        rows,
      },
    ],
  } satisfies Report
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length
