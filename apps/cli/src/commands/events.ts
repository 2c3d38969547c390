import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { ExploreError, type Verdict } from '@explore/explore'
import { connect } from '../connect.ts'
import { type CommonOptions, report } from '../context.ts'
import { EXIT } from '../fail.ts'

const BATCH = 500

/** Sends events, one JSON object a line, from a file or standard input (`-`). */
export const events = (file: string, options: CommonOptions): Promise<void> =>
  report(
    options,
    async (home, progress) => {
      const input = await inputOf(file)
      const { service, close } = await connect(home)
      const rejected: { readonly line: number; readonly verdict: Verdict }[] = []
      const size = Math.min(BATCH, service.settings()['events.maxBatch'])
      let accepted = 0
      let line = 0
      let batch: { readonly line: number; readonly row: unknown }[] = []
      const flush = async (): Promise<void> => {
        const verdicts = await service.record(batch.map(({ row }) => row))
        verdicts.forEach((verdict, i) => {
          if (verdict.status === 'accepted') accepted++
          else rejected.push({ line: batch[i]!.line, verdict })
        })
        batch = []
        progress('events', 0.5, `${accepted} accepted, ${rejected.length} rejected`)
      }
      try {
        for await (const text of createInterface({ input, crlfDelay: Infinity })) {
          line++
          if (text.trim() === '') continue
          batch.push({ line, row: parse(text) })
          if (batch.length === size) await flush()
        }
        if (batch.length > 0) await flush()
      } finally {
        await close()
      }
      if (rejected.length > 0) process.exitCode = EXIT.data
      return { accepted, rejected }
    },
    result =>
      [
        `${result.accepted} events accepted, ${result.rejected.length} rejected`,
        ...result.rejected
          .slice(0, 20)
          .map(
            ({ line, verdict }) => `  line ${line}: ${'message' in verdict ? verdict.message : ''}`,
          ),
      ].join('\n'),
  )

const inputOf = async (file: string): Promise<Readable> => {
  if (file === '-') return process.stdin
  const hint = 'name a file of JSON lines, or - for standard input'
  const handle = await open(file).catch((cause: Error) => {
    throw new ExploreError('IMPORT_FILE', cause.message, { hint, cause })
  })
  if (!(await handle.stat()).isDirectory()) return handle.createReadStream()
  await handle.close()
  throw new ExploreError('IMPORT_FILE', `${file} is a folder`, { hint })
}

/** A line that is no JSON goes on as text, which the event's own check then rejects by name. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
