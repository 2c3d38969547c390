import { examine } from '@explore/embedded'
import { type CommonOptions, report } from '../context.ts'

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const

/** Looks at the machine and the home; exit code 1 when something must be mended. */
export const doctor = (options: CommonOptions): Promise<void> =>
  report(
    options,
    async home => {
      const findings = await examine(home, Date.now)
      if (findings.some(({ level }) => level === 'fail')) process.exitCode = 1
      return findings
    },
    findings =>
      findings
        .map(({ check, level, detail, hint }) => {
          const line = `${MARKS[level]} ${check.padEnd(13)} ${detail}`
          return hint === undefined ? line : `${line}\n  → ${hint}`
        })
        .join('\n'),
  )
