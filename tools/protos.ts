// `npm run check` looks whether protos/ is in order and breaks nothing; `npm run protos` agrees on what was added.
import { join } from 'node:path'
import { agree, AGREED, isAgreed, protoFaults } from './protos/agreed-protos.ts'

const folder = join(import.meta.dirname, '../protos')
const checking = process.argv.includes('--check')

const faults = [...protoFaults(folder)]
if (!checking && faults.length === 0) faults.push(...[agree(folder) ?? []].flat())
if (checking && faults.length === 0 && !isAgreed(folder)) {
  faults.push(`protos/${AGREED} is not current: npm run protos`)
}
for (const fault of faults) console.error(`explore: ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1
