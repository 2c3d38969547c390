import { type ErrorCode, ExploreError } from '@explore/explore'

/** An error as it crosses a thread: structured clone keeps no class and no fields. */
export interface ThreadError {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string | undefined
  readonly hint?: string | undefined
}

export const packError = (error: unknown): ThreadError =>
  error instanceof ExploreError
    ? { code: error.code, message: error.message, field: error.field, hint: error.hint }
    : {
        code: 'INTERNAL',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }

export const unpackError = ({ code, message, field, hint }: ThreadError): ExploreError =>
  new ExploreError(code, message, { ...(field && { field }), ...(hint && { hint }) })
