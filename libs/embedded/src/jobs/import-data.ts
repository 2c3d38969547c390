import { renameSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { applyImport, type ImportReport, loadMapping, stageImport } from '@explore/adapters'
import { importPending } from '../finish-import.ts'
import { type Home, scratchFolder } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { type EmbeddedStores, openStores } from '../stores.ts'
import { foldLog } from './fold-log.ts'

export interface ImportJob {
  readonly paths: readonly string[]
  /** Name of a shipped mapping or path of a mapping file. */
  readonly mapping: string
  readonly maxRejects: number
  readonly now: number
  readonly signal?: AbortSignal
}

/** The log's end before the import: what it has more than that is the import's. */
const BEGIN = 'begin.json'

/**
 * Imports files into the home's catalogue and log, all or nothing, and folds the log. Once all files have
 * been read the import is decided: cut short after that, it is finished by `finishImport`, which whoever
 * takes the home next calls first.
 */
export const importData = async (
  home: Home,
  { paths, mapping, maxRejects, now, signal }: ImportJob,
  progress: Progress,
): Promise<ImportReport> => {
  await finishImport(home, progress, signal)
  const folder = scratchFolder(home)
  const stores = await openStores(home)
  try {
    await stageImport(
      {
        paths: [...paths],
        mapping: await loadMapping(mapping),
        maxRejects,
        now,
        rejectsPath: home.rejects,
        onProgress: ({ phase, done, total }) => progress(phase, total === 0 ? 1 : done / total),
        ...(signal && { signal }),
      },
      folder,
    )
    await writeFile(join(folder, BEGIN), JSON.stringify({ end: await stores.log.end() }), {
      flush: true,
    })
    signal?.throwIfAborted()
    renameSync(folder, home.importing)
    return await apply(home, stores, progress, signal)
  } finally {
    await stores.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Finishes an import that was cut short, if there is one, in a home that this process holds. */
export const finishImport = async (
  home: Home,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ImportReport | undefined> => {
  if (!importPending(home)) return undefined
  progress('import', 0, 'one that was cut short is finished')
  const stores = await openStores(home)
  try {
    return await apply(home, stores, progress, signal)
  } finally {
    await stores.close()
  }
}

const apply = async (
  home: Home,
  stores: EmbeddedStores,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<ImportReport> => {
  const { profiles, log } = stores
  const begin = JSON.parse(await readFile(join(home.importing, BEGIN), 'utf8')) as { end: number }
  const report = await applyImport(
    home.importing,
    {
      items: batch => profiles.putItems(batch),
      users: batch => profiles.putUsers(batch),
      events: batch => log.append(batch),
    },
    {
      applied: (await log.end()) - begin.end,
      onProgress: ({ phase, done, total }) => progress(phase, total === 0 ? 1 : done / total),
      ...(signal && { signal }),
    },
  )
  // Out of the way at once: half a folder would be no import.
  const done = scratchFolder(home)
  renameSync(home.importing, join(done, 'applied'))
  rmSync(done, { recursive: true })
  await foldLog(stores, loadSettings(home.settings, process.env), progress)
  return report
}
