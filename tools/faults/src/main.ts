import { parseArgs } from 'node:util'
import { hunt } from './hunt.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    minutes: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    state: { type: 'string', default: 'both' },
    log: { type: 'string', default: 'folder' },
    sabotage: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
const report = await hunt(values, stop.signal, line => console.error(line))
if (values.json) console.log(JSON.stringify(report, null, 2))
process.exit(report.failed.length === 0 ? 0 : 1)
