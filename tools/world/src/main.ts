import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import {
  compare,
  createWorld,
  fidelity,
  joinImpressions,
  oraclePolicy,
  popularPolicy,
  PRESETS,
  randomPolicy,
  renderComparison,
  renderFidelity,
  type Estimate,
  type FidelityRow,
  type Outcome,
  type World,
} from './index.ts'
import { readKuaiRand } from './kuairand.ts'
import { renderTransfer, transfer, type TransferRow } from './transfer.ts'

const USAGE = `Makes a world, says how like a real log its history is, and exports it.

  node tools/world/src/main.ts [options]

  --seed N       1      --items N  20000     --users N  3000     --days N  14
  --preset P     mid    strength of boredom and drift: low, mid or high
  --now TIME            end of the history; 2026-01-01T00:00:00Z by default
  --out DIR             write items, users, events and propensities there as JSONL
  --real FILE           measure KuaiRand's impressions (csv.gz), too; train here, test there
  --simulate N          compare random, popular and oracle over N days, on five seeds
  --visitors N   300    viewers that take part in this
  --json                print one JSON document
`

/** Runs arms that learn from the log and from what they see, each afresh on every seed. */
const simulate = async (world: World, days: number, users: number): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const seed of [1, 2, 3, 4, 5]) {
    const simulation = world.simulation({ seed, days, users })
    const arms = [
      randomPolicy(world),
      randomPolicy(world, { seed: 1, name: 'random again' }),
      popularPolicy(world),
      oraclePolicy({ name: 'noisy oracle', noise: 1 }),
      oraclePolicy(),
    ]
    for (const arm of arms) outcomes.push(await simulation.run(arm))
  }
  return outcomes
}

const write = async (world: World, folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  const files: Readonly<Record<string, Iterable<unknown>>> = {
    'items.jsonl': world.items,
    'users.jsonl': world.users,
    'events.jsonl': world.history(),
    'propensities.jsonl': world.propensities(),
  }
  for (const [name, rows] of Object.entries(files))
    await pipeline(Readable.from(lines(rows)), createWriteStream(join(folder, name)))
}

function* lines(rows: Iterable<unknown>): Iterable<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      items: { type: 'string', default: '20000' },
      users: { type: 'string', default: '3000' },
      days: { type: 'string', default: '14' },
      preset: { type: 'string', default: 'mid' },
      now: { type: 'string', default: '2026-01-01T00:00:00Z' },
      out: { type: 'string' },
      real: { type: 'string' },
      simulate: { type: 'string' },
      visitors: { type: 'string', default: '300' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const params = Object.entries(PRESETS).find(([name]) => name === values.preset)?.[1]
  if (!params) throw new RangeError(`--preset must be low, mid or high, not ${values.preset}`)
  const began = performance.now()
  const world = createWorld({
    seed: Number(values.seed),
    items: Number(values.items),
    users: Number(values.users),
    historyDays: Number(values.days),
    now: Date.parse(values.now),
    params,
  })
  const made = performance.now()
  const log = joinImpressions(world.history())
  const read = performance.now()
  if (values.out !== undefined) await write(world, values.out)

  const real = values.real === undefined ? undefined : readKuaiRand(values.real)
  const [days, visitors] = [Number(values.simulate), Number(values.visitors)]
  const report = {
    impressions: log.length,
    seconds: { create: (made - began) / 1000, history: (read - made) / 1000 },
    fidelity: fidelity(log),
    ...(real && { real: fidelity(real), transfer: transfer(log, real) }),
    ...(values.simulate !== undefined && {
      comparison: compare(await simulate(world, days, visitors)),
    }),
  }
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${render(report)}\n`)
}

interface Report {
  readonly impressions: number
  readonly seconds: { readonly create: number; readonly history: number }
  readonly fidelity: readonly FidelityRow[]
  readonly real?: readonly FidelityRow[]
  readonly transfer?: readonly TransferRow[]
  readonly comparison?: readonly Estimate[]
}

const render = ({ impressions, seconds, ...report }: Report): string =>
  [
    `${impressions} impressions; made in ${seconds.create.toFixed(1)} s, read in ${seconds.history.toFixed(1)} s`,
    renderFidelity(report.fidelity, report.real),
    ...(report.transfer ? [renderTransfer(report.transfer)] : []),
    ...(report.comparison ? [renderComparison(report.comparison)] : []),
  ].join('\n\n')

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
