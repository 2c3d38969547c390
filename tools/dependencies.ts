import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AllowedLicences, type Locked, strangeLicences } from './reference/licences.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }
const allowed = read('tools/licences.json') as AllowedLicences

const strange = strangeLicences(packages, allowed)
for (const line of strange) console.error(`explore: ${line} is not in tools/licences.json`)
console.log(`licences: ${Object.keys(packages).length} packages, ${strange.length} not allowed`)

/** Reported, and no reason to fail: what is known of a dependency changes without a change here. */
const audit = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: root,
  encoding: 'utf8',
  timeout: 60_000,
  shell: process.platform === 'win32',
})
console.log(`npm audit: ${verdictOf(audit.stdout ?? '')}`)
process.exitCode = strange.length === 0 ? 0 : 1

function verdictOf(stdout: string): string {
  try {
    const { metadata, message } = JSON.parse(stdout) as {
      metadata?: { vulnerabilities: Record<string, number> }
      message?: string
    }
    if (metadata === undefined) return `not known here: ${message ?? 'no answer'}`
    const found = Object.entries(metadata.vulnerabilities).filter(
      ([level, count]) => level !== 'total' && count > 0,
    )
    return found.map(([level, count]) => `${count} ${level}`).join(', ') || 'nothing is known'
  } catch {
    return 'not known here: the registry did not answer'
  }
}
