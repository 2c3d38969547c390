import { type KafkaServer, startKafka, startRedis, whyNoKafka, whyNoRedis } from '@explore/servers'
import { type RoundReport, runRound } from './round.ts'
import { type Sabotage, SABOTAGES } from './sabotage.ts'
import { describeFault, type Fault, type Kind, KINDS, scheduleOf } from './schedule.ts'
import { shrink } from './shrink.ts'

/** Length of a round under faults. */
const ROUND = 20_000
/** Runs that shrinking a failure may take. */
const TRIES = 12

const STATES = { redis: {}, cluster: { cluster: 3 } } as const
type StateName = keyof typeof STATES

export interface HuntOptions {
  readonly seed: string
  readonly minutes: string
  readonly rounds?: string
  readonly state: string
  readonly log: string
  readonly sabotage?: string
  readonly 'no-shrink': boolean
}

export interface Failure {
  /** Gives the same schedule again: `--seed SEED --rounds 1 --state STATE`. */
  readonly seed: string
  readonly state: StateName
  readonly violations: readonly string[]
  readonly faults: readonly string[]
}

export interface HuntReport {
  readonly seed: string
  readonly rounds: number
  readonly events: number
  readonly faults: number
  readonly refusedBatches: number
  readonly processorStarts: number
  readonly pages: number
  readonly refusedPages: number
  readonly failed: readonly Failure[]
}

/** Rounds of fresh schedules until the time is up, each against Redis or Redis Cluster in turn; a failure is shrunk. */
export const hunt = async (
  options: HuntOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<HuntReport> => {
  const missing = whyNoRedis({ own: true })
  if (missing !== undefined) throw new Error(`faults need a Redis of their own: ${missing}`)
  const states = (Object.keys(STATES) as StateName[]).filter(
    state => options.state === 'both' || options.state === state,
  )
  if (states.length === 0) throw new Error('--state is redis, cluster or both')
  const sabotage = SABOTAGES.find(each => each === options.sabotage)
  if (sabotage !== options.sabotage) throw new Error(`--sabotage is one of ${SABOTAGES.join(', ')}`)

  const kafka = options.log === 'kafka' ? await brokers(say) : undefined
  const until = Date.now() + Number(options.minutes) * 60_000
  const most = options.rounds === undefined ? Infinity : Number(options.rounds)
  const reports: RoundReport[] = []
  const failed: Failure[] = []
  say(`faults: seed ${options.seed}`)
  for (let round = 0; round < most && !signal.aborted; round++) {
    if (most === Infinity && Date.now() > until) break
    const state = states[round % states.length]!
    const seed = round === 0 ? options.seed : `${options.seed}.${round}`
    const { report, failure } = await oneRound(
      { seed, state, kafka, sabotage, shrinks: !options['no-shrink'] },
      signal,
      say,
    )
    reports.push(report)
    if (failure) failed.push(failure)
  }
  const sum = (what: Exclude<keyof RoundReport, 'violations'>): number =>
    reports.reduce((total, report) => total + report[what], 0)
  const whole = {
    seed: options.seed,
    rounds: reports.length,
    events: sum('events'),
    faults: sum('faults'),
    refusedBatches: sum('refused'),
    processorStarts: sum('starts'),
    pages: sum('pages'),
    refusedPages: sum('refusedPages'),
    failed,
  }
  say(
    `faults: ${whole.rounds} rounds, ${whole.faults} faults, ${whole.events} events, ${whole.refusedBatches} batches refused, ` +
      `${whole.pages} pages served, ${failed.length} rounds failed`,
  )
  await kafka?.stop()
  return whole
}

const oneRound = async (
  what: {
    readonly seed: string
    readonly state: StateName
    readonly kafka: KafkaServer | undefined
    readonly sabotage: Sabotage | undefined
    readonly shrinks: boolean
  },
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<{ readonly report: RoundReport; readonly failure?: Failure }> => {
  const { seed, state, kafka, sabotage } = what
  const kinds = kindsOf(state, kafka !== undefined)
  const faults = scheduleOf(seed, { ms: ROUND, kinds })
  const redis = await startRedis({ ...STATES[state], local: true })
  const run = (some: readonly Fault[]): Promise<RoundReport> =>
    runRound({ redis, kafka }, { seed, ms: ROUND, faults: some, sabotage, signal })
  try {
    const report = await run(faults)
    const { violations, events, refused } = report
    say(
      `${violations.length === 0 ? 'held  ' : 'FAILED'} seed ${seed} on ${state}: ${report.faults} faults, ${events} events, ${refused} batches refused`,
    )
    if (violations.length === 0 || signal.aborted) return { report }
    for (const violation of violations) say(`       ${violation}`)
    const fails = async (some: readonly Fault[]): Promise<boolean> =>
      !signal.aborted && (await run(some)).violations.length > 0
    const small = what.shrinks ? await shrink(faults, fails, TRIES) : faults
    const lines = small.map(describeFault)
    say(
      `       fails with these ${small.length} faults:\n${lines.map(line => `       ${line}`).join('\n')}`,
    )
    return { report, failure: { seed, state, violations, faults: lines } }
  } finally {
    await redis.stop()
  }
}

const OF_KAFKA: ReadonlySet<Kind> = new Set([
  ...(['broker killed', 'broker frozen', 'rolling restart'] as const),
  ...(['log cut off', 'log stalled', 'dead letters away'] as const),
])

/** Only what is there can break; a cluster's nodes are met at their own addresses, so nothing stands between. */
const kindsOf = (state: StateName, brokers: boolean): readonly Kind[] =>
  (Object.keys(KINDS) as Kind[])
    .filter(kind => state === 'redis' || (kind !== 'state cut off' && kind !== 'state stalled'))
    .filter(kind => brokers || !OF_KAFKA.has(kind))

/** Three brokers that notice soon when one of them is away. */
const brokers = async (say: (line: string) => void): Promise<KafkaServer> => {
  const missing = whyNoKafka({ own: true })
  if (missing !== undefined) throw new Error(`these faults need a Kafka of their own: ${missing}`)
  return startKafka({ nodes: 3, local: true, say })
}
