import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { hunt, type HuntOptions } from './hunt.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    minutes: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    state: { type: 'string', default: 'both' },
    log: { type: 'string', default: 'folder' },
    sabotage: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
    /** First each seed that once failed. */
    known: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
const KNOWN = new URL('../seeds.json', import.meta.url)
const known = JSON.parse(readFileSync(KNOWN, 'utf8')) as Pick<
  HuntOptions,
  'seed' | 'state' | 'log'
>[]
const hunts = [...(values.known ? known.map(seed => ({ ...seed, rounds: '1' })) : []), {}]
const reports = []
for (const some of hunts) {
  reports.push(await hunt({ ...values, ...some }, stop.signal, line => console.error(line)))
}
if (values.json) console.log(JSON.stringify(values.known ? reports : reports[0], null, 2))
process.exit(reports.every(({ failed }) => failed.length === 0) ? 0 : 1)
