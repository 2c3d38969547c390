import { readFileSync } from 'node:fs'
import { addressesOf, HOME, openStores } from '@explore/embedded'
import { Catalogue, ExploreError } from '@explore/explore'
import { type WireView, wireView } from '@explore/rpc'
import { type CommonOptions, report } from '../context.ts'
import { short, table } from '../terminal/table.ts'

export interface WireOptions extends CommonOptions {
  /** Where what was asked for was recorded, beside an answer. */
  readonly request?: string
  readonly rows: number
  /** Also names items, as the home's catalogue does. */
  readonly ids?: boolean
}

/** Reads a message between services that was recorded: its columns as rows, and what is wrong with them. */
export const wire = (message: string, file: string, options: WireOptions): Promise<void> =>
  report(
    options,
    async home => {
      const recorded = read(file)
      const request = options.request === undefined ? undefined : read(options.request)
      if (!options.ids) return wireView(message, recorded, { request })
      const stores = await openStores(home, { ...addressesOf(process.env), events: HOME })
      try {
        const catalogue = new Catalogue()
        await stores.profiles.sync(catalogue)
        const idOf = (item: number) => (item < catalogue.size ? catalogue.id(item) : undefined)
        return wireView(message, recorded, { request, idOf })
      } finally {
        await stores.close()
      }
    },
    view => textOf(view, options.rows),
  )

const read = (file: string): Uint8Array => {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (cause) {
    throw new ExploreError('USAGE', `${file} can't be read: ${(cause as Error).message}`, { cause })
  }
}

const textOf = ({ message, facts, problems, columns, rows }: WireView, most: number): string => {
  const cells = rows
    .slice(0, most)
    .map((row, at) => [
      `${at}`,
      ...row.map(cell => (typeof cell === 'string' ? cell : short(cell))),
    ])
  return [
    message,
    ...Object.entries(facts).map(([name, fact]) => `  ${name}: ${fact}`),
    ...problems.map(problem => `✗ ${problem}`),
    ...(rows.length === 0 ? [] : ['', table(['>', ...columns.map(name => `>${name}`)], cells)]),
    ...(rows.length > most ? [`… ${rows.length - most} more rows: --rows ${rows.length}`] : []),
  ].join('\n')
}
