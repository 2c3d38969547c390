import { ExploreError, settingsFrom } from '@explore/explore'
import type { Evaluation } from '../evaluation.ts'
import { annTable } from './ann-table.ts'
import { bandsOf } from './bands.ts'
import { labOf } from './lab.ts'
import { measure, type Measured } from './measure.ts'
import { methodsOf, towerOptions } from './methods/index.ts'
import { paramsOf } from './params.ts'
import { protocolTask } from './protocols/index.ts'
import { mean, qualityTable, reachTable, type Result } from './result-tables.ts'
import type { Method } from './scorer.ts'
import { shuffleLabels } from './shuffle-labels.ts'
import { tune } from './tune.ts'

/** Ranks the whole catalogue by every method and reports what each finds. */
export const evaluateRetrieval: Evaluation = async input => {
  const { protocol, seeds, flags, now, onProgress, signal } = input
  const given = await protocolTask(input)
  const cuts = cutsOf(flags['k'], protocol)
  const chosen = paramsOf(text(flags['params']), protocol === 'lists' ? IDS_ONLY : {})
  const trials = trialsOf(text(flags['tune']))
  const params =
    trials > 0
      ? await tune(given, chosen, { trials, cut: cuts[1] ?? cuts[0]!, onProgress, signal })
      : chosen
  const whole = given.whole ?? given
  const shuffled = flags['shuffleLabels'] === true
  const task = shuffled ? shuffleLabels(whole, 1) : whole
  const lab = labOf(task, towerOptions(params))
  const methods = wanted(methodsOf(task, params, settingsFrom()), text(flags['only']))

  const part = flags['validation'] === true ? 'validation' : 'test'
  const queries = task[part]
  const results: Result[] = []
  for (const method of methods) {
    const runs: Measured[] = []
    const last = method.seeded ? seeds : 1
    const begun = now()
    let seconds = 0
    for (let seed = 1; seed <= last; seed++) {
      signal.throwIfAborted()
      const told = (fraction: number, note?: string): void =>
        onProgress(method.name, (seed - 1 + fraction) / last, note)
      told(0)
      const scorer = await method.fit(lab, { seed, signal, onProgress: told })
      if (seed === 1) seconds = (now() - begun) / 1000
      const run = await measure(scorer, queries, task.pool, cuts)
      await scorer.release?.()
      runs.push(run)
      told(1, `R@${cuts[0]} ${mean(run.recall.get(cuts[0]!)!).toFixed(4)}`)
    }
    results.push({ name: method.name, runs, seconds })
  }
  const bands = bandsOf(task.train, task.data.catalogue.size)
  const size = task.pool.reduce((sum, is) => sum + is, 0)
  return {
    evaluation: 'retrieval',
    protocol,
    title: `retrieval of ${task.data.source}, protocol ${protocol}`,
    facts: {
      ...task.facts,
      ...(shuffled && { 'leak check': `labels shuffled: chance is k ÷ ${size} items` }),
      hyperparameters: Object.entries(params)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    },
    tables: [
      qualityTable(`${part}, full ranking`, results, cuts),
      reachTable(results, bands, task.pool),
      ...(flags['ann'] === true ? [await annTable(lab, now, onProgress, signal)] : []),
    ],
  }
}

/** Where an id is all there is, hiding it teaches nothing. */
const IDS_ONLY = { idDropout: 0, epochs: 20 }

const text = (flag: string | boolean | undefined): string | undefined =>
  typeof flag === 'string' ? flag : undefined

const trialsOf = (flag: string | undefined): number => {
  if (flag === undefined) return 0
  const trials = Number(flag)
  if (Number.isInteger(trials) && trials > 0) return trials
  throw new ExploreError('USAGE', `--tune takes a whole number from 1 on, not ${flag}`, {
    field: 'tune',
    hint: 'it is how many settings of the towers are tried, for instance --tune 20',
  })
}

const cutsOf = (flag: string | boolean | undefined, protocol: string): readonly number[] => {
  if (typeof flag !== 'string') {
    return protocol === 'lists' || protocol === 'leave-one-out' ? [10, 20, 50] : [50, 100, 500]
  }
  const cuts = flag.split(',').map(Number)
  if (cuts.every(cut => Number.isInteger(cut) && cut > 0)) return cuts.sort((a, b) => a - b)
  throw new ExploreError('USAGE', `--k takes whole numbers from 1 on, not ${flag}`, {
    field: 'k',
    hint: 'for instance --k 20,50',
  })
}

/** The methods whose names begin as one of the words of `only`. */
const wanted = (methods: readonly Method[], only: string | undefined): readonly Method[] => {
  if (only === undefined) return methods
  const words = only.split(',').map(word => word.trim().toLowerCase())
  const found = methods.filter(({ name }) =>
    words.some(word => name.toLowerCase().startsWith(word)),
  )
  if (found.length > 0) return found
  throw new ExploreError('USAGE', `no method begins with ${only}`, {
    field: 'only',
    hint: `the methods are ${methods.map(({ name }) => name).join('; ')}`,
  })
}
