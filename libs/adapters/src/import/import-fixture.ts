import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Event, Item, User } from '@explore/explore'
import { importRecords } from './import-records.ts'
import type { ImportOptions, ImportReport, ImportSink } from './import-records.ts'

/** Keeps all it gets. */
const keepingSink = () => {
  const items: Item[] = []
  const users: User[] = []
  const events: Event[] = []
  const calls: string[] = []
  const sink: ImportSink = {
    items: async batch => void (items.push(...batch), calls.push('items')),
    users: async batch => void (users.push(...batch), calls.push('users')),
    events: async batch => void (events.push(...batch), calls.push('events')),
  }
  return { sink, items, users, events, calls }
}

/** Files in a folder of their own, by name, and what an import of them gives. For tests. */
export interface ImportFixture extends ReturnType<typeof keepingSink> {
  readonly folder: string
  readonly run: (
    options: Pick<ImportOptions, 'mapping'> & Partial<ImportOptions>,
  ) => Promise<ImportReport>
  readonly remove: () => Promise<void>
}

export const importFixture = async (
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<ImportFixture> => {
  const folder = await mkdtemp(join(tmpdir(), 'import-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, 'data', dirname(name)), { recursive: true })
    await writeFile(join(folder, 'data', name), content)
  }
  const kept = keepingSink()
  return {
    ...kept,
    folder,
    run: options =>
      importRecords(
        {
          paths: [join(folder, 'data')],
          maxRejects: 0,
          now: Date.UTC(2022, 4, 9),
          rejectsPath: join(folder, 'rejects.csv'),
          tempFolder: folder,
          ...options,
        },
        kept.sink,
      ),
    remove: () => rm(folder, { recursive: true }),
  }
}
