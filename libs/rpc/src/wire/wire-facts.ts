import { decodeUserState } from '@explore/explore'
import type { Message } from './read-message.ts'

type Facts = Readonly<Record<string, string | number | boolean>>

/** All that is no column: of the viewer what can be told without telling what they did. */
export const factsOf = (message: Message, problems: string[]): Facts => {
  const facts: Record<string, string | number | boolean> = {}
  const { call, viewer, trace, ...rest } = message
  const take = (from: Message, prefix = ''): void => {
    for (const [key, value] of Object.entries(from)) {
      if (value instanceof Uint8Array || value === null || typeof value === 'object') continue
      if (key.startsWith('_')) continue
      facts[prefix + key] = value as string | number | boolean
    }
  }
  if (call === null) problems.push('call is missing')
  if (call) take(call as Message)
  if (typeof facts.nowMs === 'number') facts.nowMs = isoOf(facts.nowMs)
  if (viewer === null) problems.push('viewer is missing')
  if (viewer) {
    take(viewer as Message, 'viewer.')
    facts['viewer.state'] = stateOf((viewer as { readonly state: Uint8Array }).state, problems)
  }
  take(rest)
  if (typeof trace === 'string') facts.rungs = rungsOf(trace, problems)
  return facts
}

const isoOf = (ms: number): string | number =>
  Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : ms

const stateOf = (bytes: Uint8Array, problems: string[]): string => {
  try {
    const { history, seen } = decodeUserState(bytes)
    return `${bytes.length} bytes: ${history.length} of history, ${seen.length} seen`
  } catch (error) {
    problems.push(`viewer.state: ${(error as Error).message}`)
    return `${bytes.length} bytes`
  }
}

const rungsOf = (trace: string, problems: string[]): string => {
  try {
    return (JSON.parse(trace) as { readonly rungs: readonly string[] }).rungs.join(', ') || 'none'
  } catch {
    problems.push('trace is no account of a run')
    return 'unknown'
  }
}
