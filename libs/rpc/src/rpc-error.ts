import { type ErrorCode, ERRORS, ExploreError } from '@explore/explore'
import { Metadata, type ServiceError, status, type StatusObject } from '@grpc/grpc-js'
import { loadProtos, messageOf } from './protos.ts'

const DETAILS = 'grpc-status-details-bin'
const PUSHBACK = 'grpc-retry-pushback-ms'
const DOMAIN = 'explore'
const INFO = 'google.rpc.ErrorInfo'

interface ErrorInfo {
  readonly reason: string
  readonly domain: string
  readonly metadata: Readonly<Record<string, string>>
}

interface Status {
  readonly code: number
  readonly message: string
  /** Not in camel case: protobufjs brings this message with it. */
  readonly details: readonly { readonly type_url: string; readonly value: Uint8Array }[]
}

/** A message that travels with an error, by its full name. */
interface Detail {
  readonly type: string
  readonly bytes: Uint8Array
}

const told = new WeakMap<ExploreError, Detail>()

/** `error`, which tells its caller this message too. */
export const withDetail = (error: ExploreError, type: string, bytes: Uint8Array): ExploreError => {
  told.set(error, { type, bytes })
  return error
}

/** The bytes of a message of that name that came with an error. */
export const detailOf = (error: ExploreError, type: string): Uint8Array | undefined => {
  const detail = told.get(error)
  return detail?.type === type ? detail.bytes : undefined
}

const protos = loadProtos('google/rpc/status.proto')
const statusMessage = messageOf<Status>(protos, 'google.rpc.Status')
const infoMessage = messageOf<ErrorInfo>(protos, INFO)

/** By HTTP status; UNAVAILABLE is kept for what may succeed when it is simply sent again. */
const BY_STATUS: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  405: status.UNIMPLEMENTED,
  408: status.DEADLINE_EXCEEDED,
  409: status.ALREADY_EXISTS,
  410: status.FAILED_PRECONDITION,
  413: status.INVALID_ARGUMENT,
  415: status.INVALID_ARGUMENT,
  429: status.RESOURCE_EXHAUSTED,
  431: status.INVALID_ARGUMENT,
  500: status.INTERNAL,
  503: status.FAILED_PRECONDITION,
  504: status.DEADLINE_EXCEEDED,
  507: status.RESOURCE_EXHAUSTED,
}

const BY_CODE: Partial<Record<ErrorCode, status>> = {
  CATALOGUE_BEHIND: status.UNAVAILABLE,
  LOG_UNREACHABLE: status.UNAVAILABLE,
  OVERLOADED: status.RESOURCE_EXHAUSTED,
  SERVER_UNREACHABLE: status.UNAVAILABLE,
  SERVICE_UNREACHABLE: status.UNAVAILABLE,
  SHUTTING_DOWN: status.UNAVAILABLE,
  STORE_UNREACHABLE: status.UNAVAILABLE,
  WATERMARK_MISMATCH: status.ABORTED,
}

/** The gRPC code of an error's code. */
export const grpcCodeOf = (code: ErrorCode): status =>
  BY_CODE[code] ?? BY_STATUS[ERRORS[code][0]] ?? status.UNKNOWN

/** An error as a gRPC status: its code, field and hint are a google.rpc.ErrorInfo among the details. */
export const statusOf = (error: ExploreError): StatusObject => {
  const { code: reason, message, field, hint, retryAfterMs } = error
  const code = grpcCodeOf(reason)
  const info = { reason, domain: DOMAIN, metadata: { ...(field && { field }), hint } }
  const value = infoMessage.serialize(info)
  const detail = told.get(error)
  const details = [
    { type_url: urlOf(INFO), value },
    ...(detail ? [{ type_url: urlOf(detail.type), value: detail.bytes }] : []),
  ]
  const metadata = new Metadata()
  metadata.set(DETAILS, statusMessage.serialize({ code, message, details }))
  // What clients of gRPC that retry go by.
  if (retryAfterMs !== undefined) metadata.set(PUSHBACK, String(retryAfterMs))
  return { code, details: message, metadata }
}

const urlOf = (type: string): string => `type.googleapis.com/${type}`

/** What a call failed with: the error that `statusOf` took, or the nearest one where none is in the details. */
export const errorOfStatus = (failed: ServiceError): ExploreError => {
  const details = detailsOf(failed)
  const info = infoOf(details)
  if (info !== undefined) {
    const { field, hint } = info.metadata
    const [pushback] = failed.metadata.get(PUSHBACK)
    const error = new ExploreError(info.reason as ErrorCode, failed.details, {
      ...(field && { field }),
      ...(hint && { hint }),
      ...(pushback !== undefined && { retryAfterMs: Number(pushback) }),
      cause: failed,
    })
    const other = details.find(({ type_url: url }) => !url.endsWith(`/${INFO}`))
    return other ? withDetail(error, other.type_url.split('/').at(-1)!, other.value) : error
  }
  return new ExploreError(codeOf(failed), failed.details, { cause: failed })
}

const detailsOf = ({ metadata }: ServiceError): Status['details'] => {
  const [bytes] = metadata?.get(DETAILS) ?? []
  try {
    return Buffer.isBuffer(bytes) ? statusMessage.deserialize(bytes).details : []
  } catch {
    // Details that nobody can read say nothing: the gRPC code is left.
    return []
  }
}

const infoOf = (details: Status['details']): ErrorInfo | undefined => {
  try {
    const packed = details.find(({ type_url: url }) => url.endsWith(`/${INFO}`))
    const info = packed && infoMessage.deserialize(Buffer.from(packed.value))
    const ours = info?.domain === DOMAIN && Object.hasOwn(ERRORS, info.reason)
    return ours ? info : undefined
  } catch {
    return undefined
  }
}

const BY_GRPC_CODE: Partial<Record<status, ErrorCode>> = {
  [status.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [status.INVALID_ARGUMENT]: 'MESSAGE_INVALID',
  [status.RESOURCE_EXHAUSTED]: 'OVERLOADED',
  [status.UNAVAILABLE]: 'SERVICE_UNREACHABLE',
}

const codeOf = ({ code, details }: ServiceError): ErrorCode =>
  code === status.RESOURCE_EXHAUSTED && details.includes('larger than')
    ? 'BODY_TOO_LARGE'
    : (BY_GRPC_CODE[code] ?? 'SERVICE_ANSWER')
