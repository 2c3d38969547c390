import { ExploreError, type Id } from '@explore/explore'
import { readMessage } from './read-message.ts'
import { cellsOf, queriesOf, queryOfEach, type Shown, words } from './wire-cells.ts'
import { type Kind, WIRE_COLUMNS, type WireMessage } from './wire-columns.ts'
import { factsOf } from './wire-facts.ts'

/** A message of a stage as a person reads it. */
export interface WireView {
  readonly message: string
  readonly facts: Readonly<Record<string, string | number | boolean>>
  /** What no service would take, or no gateway. */
  readonly problems: readonly string[]
  readonly columns: readonly string[]
  /** A cell is missing where its column ends early. */
  readonly rows: readonly (readonly (string | number | null)[])[]
}

interface WireContext {
  /** What an answer answers: it names the items that an answer may leave out. */
  readonly request?: Uint8Array | undefined
  /** The id of an ordinal, where the catalogue is at hand. */
  readonly idOf?: ((item: number) => Id | undefined) | undefined
}

/** Reads a recorded message, however broken its columns are. Throws USAGE and MESSAGE_INVALID. */
export const wireView = (
  name: string,
  recorded: Uint8Array,
  { request, idOf }: WireContext = {},
): WireView => {
  const known = name.replace(/^explore\.v1\./, '')
  if (!Object.hasOwn(WIRE_COLUMNS, known)) {
    throw new ExploreError('USAGE', `no stage has a message ${name}`, {
      hint: `they have ${Object.keys(WIRE_COLUMNS).join(', ')}`,
    })
  }
  const problems: string[] = []
  const message = readMessage(known, recorded)
  const asked = request && readMessage(known.replace('Response', 'Request'), request)
  const askedItems = asked && words(asked.items, 'items of the request', problems, Uint32Array)
  const shown: Shown[] = []
  const showItems = (items: ArrayLike<number>): void => {
    shown.push({ name: 'item', values: Array.from(items) })
    if (idOf === undefined) return
    const ids = Array.from(items, item => idOf(item))
    if (ids.includes(undefined)) problems.push('items has an ordinal that the catalogue lacks')
    shown.push({ name: 'id', values: ids.map(id => id ?? '?') })
  }

  const columns = Object.entries<Kind>(WIRE_COLUMNS[known as WireMessage])
  // What an answer says of rows, it says of those that were asked.
  const named = columns.some(([, kind]) => kind === 'item' || kind === 'row')
  if (!named && columns.length > 0 && askedItems) showItems(askedItems)
  for (const [field, kind] of columns) {
    const bytes = message[field]
    if (kind === 'item') showItems(words(bytes, field, problems, Uint32Array))
    else if (kind === 'row') {
      const rows = words(bytes, field, problems, Uint32Array)
      if (new Set(rows).size < rows.length) problems.push(`${field} has a row twice`)
      if (askedItems?.length !== undefined && rows.some(row => row >= askedItems.length)) {
        problems.push(`${field} has a row that was not asked`)
      }
      shown.push({ name: 'row', values: [...rows] })
      if (askedItems) showItems(Array.from(rows, row => askedItems[row] ?? NaN))
    } else shown.push(...cellsOf(bytes, field, kind, problems))
  }
  if (known === 'SearchRequest') shown.push(...queriesOf(message, problems))
  if (known === 'SearchResponse') shown.unshift(queryOfEach(message, problems))

  const length = Math.max(0, ...shown.map(({ values }) => values.length))
  for (const { name: column, values } of shown) {
    if (values.length < length) problems.push(`${column} has ${values.length} rows, not ${length}`)
  }
  return {
    message: known,
    facts: factsOf(message, problems),
    problems,
    columns: shown.map(({ name: column }) => column),
    rows: Array.from({ length }, (_, row) => shown.map(({ values }) => values[row] ?? null)),
  }
}
