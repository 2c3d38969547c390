import { ExploreError } from '@explore/explore'
import type { Trace } from '@explore/pipeline'
import { columnReader } from '../columns.ts'

/** Columns of what services answer. */
export const answered = columnReader('SERVICE_ANSWER')

const LISTS = ['steps', 'rungs', 'moves', 'sightings'] as const

/** The account of a run that came as JSON. */
export const traceOf = (text: string): Trace => {
  try {
    const trace = JSON.parse(text) as Trace
    if (LISTS.every(list => Array.isArray(trace[list]))) return trace
  } catch {
    // What is no JSON is no account either.
  }
  throw new ExploreError('SERVICE_ANSWER', 'trace is no account of a run', { field: 'trace' })
}
