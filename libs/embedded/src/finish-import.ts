import { existsSync } from 'node:fs'
import type { Home } from './home.ts'
import type { Progress } from './progress.ts'

/** Whether an import was cut short when it was decided already. */
export const importPending = (home: Home): boolean => existsSync(home.importing)

/** Finishes an import that was cut short, if there is one; who takes a home calls this first. */
export const finishPendingImport = async (home: Home, progress: Progress): Promise<void> => {
  if (!importPending(home)) return
  const { finishImport } = await import('./jobs/import-data.ts')
  await finishImport(home, progress)
}
