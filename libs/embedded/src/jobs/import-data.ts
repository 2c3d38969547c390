import { importRecords, type ImportReport, loadMapping } from '@explore/adapters'
import { rmSync } from 'node:fs'
import { type Home, scratchFolder } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'
import { foldLog } from './fold-log.ts'

export interface ImportJob {
  readonly paths: readonly string[]
  /** Name of a shipped mapping or path of a mapping file. */
  readonly mapping: string
  readonly maxRejects: number
  readonly now: number
  readonly signal?: AbortSignal
}

/** Imports files into the home's catalogue and log, all or nothing, and folds the log. */
export const importData = async (
  home: Home,
  { paths, mapping, maxRejects, now, signal }: ImportJob,
  progress: Progress,
): Promise<ImportReport> => {
  const tempFolder = scratchFolder(home)
  const stores = await openStores(home)
  try {
    const { profiles, log } = stores
    const report = await importRecords(
      {
        paths: [...paths],
        mapping: await loadMapping(mapping),
        maxRejects,
        now,
        rejectsPath: home.rejects,
        tempFolder,
        onProgress: ({ phase, done, total }) => progress(phase, total === 0 ? 1 : done / total),
        ...(signal && { signal }),
      },
      {
        items: batch => profiles.putItems(batch),
        users: batch => profiles.putUsers(batch),
        events: batch => log.append(batch),
      },
    )
    await foldLog(stores, loadSettings(home.settings, process.env), progress)
    return report
  } finally {
    await stores.close()
    rmSync(tempFolder, { recursive: true, force: true })
  }
}
