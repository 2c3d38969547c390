import { type ErrorCode, ExploreError } from '@explore/explore'
import { exploreErrorOf } from './system-error.ts'

/** An error as it crosses a thread or a process: structured clone keeps no class and no fields. */
export interface ThreadError {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string | undefined
  readonly hint?: string | undefined
}

export const packError = (thrown: unknown): ThreadError => {
  const { code, message, field, hint, cause } = exploreErrorOf(thrown)
  // A bug is reported with its stack, which is where it happened and not where it arrived.
  const stack = code === 'INTERNAL' && cause instanceof Error ? cause.stack : undefined
  return { code, message: stack ?? message, field, hint }
}

export const unpackError = ({ code, message, field, hint }: ThreadError): ExploreError =>
  new ExploreError(code, message, { ...(field && { field }), ...(hint && { hint }) })
