// Prints what is installed as a CycloneDX document: the same packages give the same bytes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'

const args = [
  'sbom',
  '--sbom-format=cyclonedx',
  '--omit=dev',
  '--package-lock-only',
  '--loglevel=error',
]
const {
  serialNumber: _serial,
  metadata,
  ...rest
} = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 2 ** 28 }))
const { timestamp: _timestamp, ...facts } = metadata
const hash = createHash('sha256').update(JSON.stringify({ facts, rest })).digest('hex')
const uuid = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(hash).slice(1)
const [a, b, c, d, e] = uuid
const serialNumber = `urn:uuid:${a}-${b}-5${c}-8${d}-${e}`
process.stdout.write(`${JSON.stringify({ ...rest, serialNumber, metadata: facts }, null, 2)}\n`)
