import { HEADS, SOURCES } from '@explore/explore'
import type { Message } from './read-message.ts'
import type { Kind } from './wire-columns.ts'

/** A column as it is shown. */
export interface Shown {
  readonly name: string
  readonly values: readonly (string | number)[]
}

/** The values of a field; what is wrong with them becomes one of the problems. */
export const cellsOf = (
  bytes: unknown,
  field: string,
  kind: Exclude<Kind, 'item' | 'row'>,
  problems: string[],
): readonly Shown[] => {
  switch (kind) {
    case 'u8':
      return [{ name: field, values: [...(bytes as Uint8Array)] }]
    case 'u32':
      return [{ name: field, values: [...words(bytes, field, problems, Uint32Array)] }]
    case 'f32':
      return [{ name: field, values: numbers(bytes, field, problems) }]
    case 'sources':
      return [
        { name: field, values: [...words(bytes, field, problems, Uint32Array)].map(sourcesOf) },
      ]
    case 'heads': {
      const all = numbers(bytes, field, problems)
      if (all.length % HEADS.length !== 0) {
        problems.push(`${field} has ${all.length} values, no multiple of ${HEADS.length} heads`)
      }
      const each = Math.ceil(all.length / HEADS.length)
      return HEADS.map((head, i) => ({ name: head, values: all.slice(i * each, (i + 1) * each) }))
    }
  }
}

const sourcesOf = (bits: number): string =>
  SOURCES.filter((_, bit) => (bits & (1 << bit)) !== 0).join('+') || '–'

const numbers = (bytes: unknown, field: string, problems: string[]): (string | number)[] => {
  const column = words(bytes, field, problems, Float32Array)
  const odd = column.filter(value => !Number.isFinite(value)).length
  if (odd > 0) problems.push(`${field} has ${odd} values that are no numbers`)
  // JSON has no word for them.
  return Array.from(column, value => (Number.isFinite(value) ? value : String(value)))
}

/** Copied: a message may begin anywhere, a typed array may not. */
export const words = <T extends Uint32Array | Float32Array>(
  bytes: unknown,
  field: string,
  problems: string[],
  Column: new (buffer: ArrayBuffer) => T,
): T => {
  const all = bytes as Uint8Array
  const whole = all.length - (all.length % 4)
  if (whole < all.length) problems.push(`${field} has ${all.length} bytes, no multiple of 4`)
  return new Column(Uint8Array.from(all.subarray(0, whole)).buffer)
}

/** A query is told by its length: the numbers themselves say nothing to anyone. */
export const queriesOf = (
  { queries, dimension }: Message,
  problems: string[],
): readonly Shown[] => {
  const all = words(queries, 'queries', problems, Float32Array)
  const width = Number(dimension)
  if (width === 0 || all.length % width !== 0) {
    problems.push(`queries has ${all.length} values, no multiple of the dimension ${width}`)
    return []
  }
  const norms = Array.from({ length: all.length / width }, (_, i) =>
    Math.sqrt(all.subarray(i * width, (i + 1) * width).reduce((sum, x) => sum + x * x, 0)),
  )
  return [
    { name: 'query', values: [...norms.keys()] },
    { name: 'norm', values: norms.map(norm => (Number.isFinite(norm) ? norm : String(norm))) },
  ]
}

/** Which query found the items of an answer, row by row; not more rows than it has items. */
export const queryOfEach = ({ counts, items }: Message, problems: string[]): Shown => {
  const each = words(counts, 'counts', problems, Uint32Array)
  const found = Math.floor((items as Uint8Array).length / 4)
  const values: number[] = []
  for (const [query, count] of each.entries()) {
    for (let n = 0; n < count && values.length < found; n++) values.push(query)
  }
  const told = each.reduce((sum, count) => sum + count, 0)
  if (told !== found) problems.push(`counts has ${told} items, not ${found}`)
  return { name: 'query', values }
}
