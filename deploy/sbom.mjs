// Prints what is installed as a CycloneDX document: the same packages give the same bytes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'

const args = ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only']
const document = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 2 ** 28 }))
delete document.serialNumber
delete document.metadata.timestamp
const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex')
const [a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(hash).slice(1)
const serialNumber = `urn:uuid:${a}-${b}-5${c}-8${d}-${e}`
process.stdout.write(`${JSON.stringify({ ...document, serialNumber }, null, 2)}\n`)
