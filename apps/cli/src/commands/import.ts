import { homeAt, importPending, lockHome } from '@explore/embedded'
import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'

export interface ImportOptions extends CommonOptions {
  readonly mapping: string
  readonly maxRejects: number
}

/** Imports files into the home: all of them, or nothing. */
export const importCommand = (paths: readonly string[], options: ImportOptions): Promise<void> => {
  process.once('SIGINT', () => {
    const decided = importPending(homeAt(options.home))
    const then = decided ? 'The next command finishes it.' : 'Nothing was imported.'
    console.error(`\nexplore: stopped. ${then}`)
    process.exit(130)
  })
  return report(
    options,
    async (home, progress) => {
      const lock = await lockHome(home, 'import')
      try {
        const job = { paths, mapping: options.mapping, maxRejects: options.maxRejects }
        return await runJob('import', home, job, progress)
      } finally {
        await lock.release()
      }
    },
    ({ items, users, events, eventTypes, duplicates, rejects, ignored }) =>
      [
        `imported ${items} items, ${users} users, ${events} events`,
        ...Object.entries(eventTypes).map(([type, n]) => `  ${type.padEnd(14)} ${n}`),
        ...(duplicates > 0 ? [`  ${duplicates} duplicates left out`] : []),
        ...(rejects > 0 ? [`  ${rejects} rows rejected: see rejects.csv in the home`] : []),
        ...(ignored.length > 0 ? [`  files that no rule reads: ${ignored.join(', ')}`] : []),
        'next: npx explore train',
      ].join('\n'),
  )
}
