import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure } from '../figures.ts'
import { median, rangeOf } from '../statistics.ts'
import type { Rig } from './rig.ts'
import type { WorkerOptions } from './worker.ts'

const EVENTS = 150_000
const CHUNK = 5000
const ROUNDS = 3
const POLL = 10

/** How fast a processor folds a log that is there already, against a kafkajs consumer that does nothing with it. */
export const benchThroughput = async (rig: Rig): Promise<readonly Figure[]> => {
  for (let sent = 0; sent < EVENTS; sent += CHUNK) await rig.log.append(rig.events(CHUNK))
  const rates = { fold: [] as number[], nothing: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    // Arms take turns, so that a slow minute of the machine hits both.
    const arms = round % 2 === 0 ? (['nothing', 'fold'] as const) : (['fold', 'nothing'] as const)
    for (const work of arms) rates[work].push(await rateOf(rig, work, `${work}${round}`))
  }
  const ratios = rates.fold.map((rate, round) => rate / rates.nothing[round]!)
  const note = `${EVENTS} events in the log; ${ROUNDS} pairs, one process each`
  return [
    { name: 'raw kafkajs eachBatch', value: median(rates.nothing), unit: 'events/s', note },
    { name: 'folded from Kafka into Redis', value: median(rates.fold), unit: 'events/s' },
    {
      name: 'folded ÷ raw kafkajs',
      value: median(ratios),
      unit: 'ratio',
      bound: { least: 0.5 },
      note: `${rangeOf(ratios)}; the raw consumer does nothing with its batches`,
    },
  ]
}

/** From the first record to the last: a process's start and its joining are not counted. */
const rateOf = async (rig: Rig, work: WorkerOptions['work'], name: string): Promise<number> => {
  const processor = rig.start(work, name, name)
  const reaches = async (records: number): Promise<{ at: number; records: number }> => {
    for (;;) {
      if (processor.records() >= records) {
        return { at: performance.now(), records: processor.records() }
      }
      await sleep(POLL)
    }
  }
  try {
    const first = await reaches(1)
    const last = await reaches(EVENTS)
    return ((last.records - first.records) * 1000) / (last.at - first.at)
  } finally {
    await processor.kill()
  }
}
