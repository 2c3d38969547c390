import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ExploreError } from '@explore/explore'
import type { Decisions } from './decisions.ts'

/**
 * Reads a log of decisions, one JSON object a line: `reward`, `propensity` in (0, 1], `target` in [0, 1], and where
 * there is one `user`; a reward model's `model` (its reward of the action taken) and `expected` (under the target
 * policy) in every line or in none. A line without a user stands for a viewer of its own. Throws IMPORT_FILE.
 */
export const readDecisions = async (path: string): Promise<Decisions> => {
  const columns = { reward: [], propensity: [], target: [], model: [], expected: [] } as Record<
    Field,
    number[]
  >
  const groups: number[] = []
  const users = new Map<string, number>()
  let number = 0
  let viewers = 0
  try {
    for await (const line of createInterface({
      input: createReadStream(path),
      crlfDelay: Infinity,
    })) {
      number++
      if (line.trim() === '') continue
      const row = objectOf(line, `line ${number}`)
      for (const field of FIELDS) {
        const value = numberOf(row, field, `line ${number}`)
        if (value !== undefined) columns[field].push(value)
      }
      const user = row['user'] === undefined ? undefined : String(row['user'])
      let group = user === undefined ? undefined : users.get(user)
      if (group === undefined) {
        group = viewers++
        if (user !== undefined) users.set(user, group)
      }
      groups.push(group)
    }
  } catch (cause) {
    if (cause instanceof ExploreError) throw cause
    throw new ExploreError('IMPORT_FILE', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
  const length = groups.length
  if (length === 0) throw bad(`${path} has no decisions`)
  const modelled = columns.model.length
  if (modelled !== columns.expected.length || (modelled !== 0 && modelled !== length)) {
    throw bad('model and expected must stand in every line, or in none')
  }
  return {
    length,
    groups: Uint32Array.from(groups),
    rewards: Float64Array.from(columns.reward),
    propensities: Float64Array.from(columns.propensity),
    targets: Float64Array.from(columns.target),
    ...(modelled > 0 && {
      model: {
        taken: Float64Array.from(columns.model),
        expected: Float64Array.from(columns.expected),
      },
    }),
  }
}

const FIELDS = ['reward', 'propensity', 'target', 'model', 'expected'] as const
type Field = (typeof FIELDS)[number]

/** What each field may be; undefined: anything finite. */
const BOUNDS: Partial<
  Record<Field, { readonly fits: (value: number) => boolean; readonly what: string }>
> = {
  propensity: { fits: value => value > 0 && value <= 1, what: 'in (0, 1]' },
  target: { fits: value => value >= 0 && value <= 1, what: 'in [0, 1]' },
}
const OPTIONAL: ReadonlySet<Field> = new Set(['model', 'expected'])

const bad = (message: string, field?: string): ExploreError =>
  new ExploreError('IMPORT_FILE', message, {
    ...(field !== undefined && { field }),
    hint: 'one JSON object a line: {"user":"u1","reward":1,"propensity":0.2,"target":0.5}',
  })

const objectOf = (line: string, where: string): Readonly<Record<string, unknown>> => {
  try {
    const value = JSON.parse(line) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>
    }
  } catch {
    // Said below.
  }
  throw bad(`${where} is not a JSON object`)
}

const numberOf = (
  row: Readonly<Record<string, unknown>>,
  field: Field,
  where: string,
): number | undefined => {
  const value = row[field]
  if (value === undefined && OPTIONAL.has(field)) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw bad(`${where}: ${field} must be a number`, field)
  }
  const bounds = BOUNDS[field]
  if (bounds?.fits(value) === false) throw bad(`${where}: ${field} must be ${bounds.what}`, field)
  return value
}
