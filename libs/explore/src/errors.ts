/** Every error the product raises: code → HTTP status and what to do next. Codes are never reused. */
export const ERRORS = {
  BODY_MALFORMED: [400, 'send a JSON document; see /openapi.json'],
  BODY_TOO_LARGE: [413, 'split the batch'],
  FIELD_INVALID: [400, 'correct the named field'],
  ID_INVALID: [400, 'ids are 1 to 64 characters of A-Z a-z 0-9 _ . : ~ @ -'],
  LIMIT_INVALID: [400, 'limit is a whole number from 1 to the setting page.maxLimit'],
  CURSOR_INVALID: [400, 'use nextCursor of the last page as it was, or leave it out'],
  CURSOR_EXPIRED: [410, 'the ranked session is gone: ask again without a cursor'],
  UNAUTHENTICATED: [401, 'send `authorization: Bearer KEY`; `explore keys add` makes one'],
  TOKEN_INVALID: [401, 'get a new token from the issuer, for this audience'],
  FORBIDDEN: [403, 'use a key whose role has this operation; a viewer has only what is their own'],
  ITEM_UNKNOWN: [404, 'PUT /v1/items/{itemId} first'],
  USER_UNKNOWN: [404, 'PUT /v1/users/{userId} first'],
  ROUTE_UNKNOWN: [404, 'GET /openapi.json lists the routes'],
  METHOD_NOT_ALLOWED: [405, 'GET /openapi.json lists the methods'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'send content-type: application/json'],
  REQUEST_MALFORMED: [400, 'send HTTP/1.1: a proxy or a raw socket may have garbled it'],
  REQUEST_TIMEOUT: [408, 'send the whole request faster, or a smaller one'],
  HEADERS_TOO_LARGE: [431, 'shorten the URL and the headers'],
  RATE_LIMITED: [429, 'retry after the time in Retry-After, or have the key allow more'],
  SERVER_UNREACHABLE: [503, 'start it: `explore start`, or correct the address'],
  SETTING_UNKNOWN: [400, '`explore settings` lists the keys'],
  SETTING_INVALID: [400, 'see the bounds in the settings reference'],
  SETTINGS_FILE: [400, 'the settings file must be one JSON object'],
  KEYS_INVALID: [400, 'see docs/gateway.md for the format of keys and tokens'],
  TLS_INVALID: [400, 'name PEM files: an authority, a certificate of it, and its key'],
  JWKS_UNREACHABLE: [503, 'retry; the operator should look at EXPLORE_JWKS'],
  CATALOGUE_EMPTY: [503, 'import items first: `explore import`'],
  BUNDLE_MISSING: [503, 'train first: `explore train`'],
  BUNDLE_EXISTS: [409, 'a bundle never changes: choose another id'],
  BUNDLE_BROKEN: [503, 'train again or roll back to the previous bundle'],
  BUNDLE_SIGNATURE: [503, 'restore the bundle or the key of its home, or train again'],
  BUNDLE_FOREIGN: [503, 'a bundle serves only the catalogue it was trained on: train again'],
  MODEL_SIGNATURE: [503, 'the ONNX model must have the inputs and outputs of the bundle format'],
  MODEL_OUTPUT: [503, 'a model must answer every row with finite numbers'],
  STATE_NEWER: [503, 'this home was written by a newer version: upgrade, or use another --home'],
  STATE_BROKEN: [503, 'the state cannot be read: restore it, or use another --home'],
  STATE_FORBIDDEN: [503, 'let this user read and write the folder, or use another --home'],
  STORE_UNREACHABLE: [503, 'start the store, or correct its address; `explore doctor` looks at it'],
  STORE_FORBIDDEN: [503, 'correct the user and password in its address, or what the user may do'],
  STORE_READ_ONLY: [503, 'name the primary, not a replica'],
  STORE_FULL: [507, 'give the store more memory or disk; nothing was acknowledged'],
  STORE_UNFIT: [503, 'configure the store as docs/reliability.md says'],
  WATERMARK_MISMATCH: [503, 'another writer moved the watermark: read again and go on'],
  LOG_UNREACHABLE: [
    503,
    'start the brokers, or correct the address: `explore doctor` looks at both',
  ],
  LOG_FORBIDDEN: [503, 'correct the password, or give this user the rights of docs/events.md'],
  LOG_TOPIC: [503, '`explore topics create` makes the topics as they must be'],
  LOG_TRUNCATED: [
    503,
    'the topic was made anew or lost events: fold it into a new state, or name the right topic',
  ],
  RECORD_MALFORMED: [400, 'see docs/events.md for the formats of a record'],
  RECORD_TOO_LARGE: [413, 'a record has at most 64 KiB'],
  RECORD_MISPLACED: [400, 'key each record by its id, with the partitioner murmur2'],
  BACKUP_BROKEN: [400, 'use another backup: this one was cut off, or changed'],
  RESTORE_OCCUPIED: [
    409,
    'restore into an empty home and an empty store, or one of the two by --only',
  ],
  HOME_IN_USE: [503, 'another explore process holds this home: stop it or use another --home'],
  PORT_IN_USE: [503, 'choose another port: --port or EXPLORE_PORT'],
  DISK_FULL: [507, 'free some space; nothing was acknowledged'],
  SERVICE_UNREACHABLE: [503, 'start the service, or correct its address: docs/fleet.md'],
  SERVICE_ANSWER: [503, 'run the same version of every service: the answer does not fit'],
  MESSAGE_INVALID: [400, 'send the message as protos/explore/v1 describes it'],
  BUNDLE_OTHER: [503, 'the service holds other bundles than the one asked for: it loads it now'],
  CATALOGUE_BEHIND: [503, 'the service has not caught up with the catalogue: ask again'],
  OVERLOADED: [503, 'retry after the time in Retry-After'],
  SHUTTING_DOWN: [503, 'retry on another instance'],
  DEADLINE_EXCEEDED: [504, 'raise the setting page.deadlineMs'],
  IMPORT_FILE: [
    400,
    'check the path and the format: CSV, JSONL, Parquet, each but Parquet also .gz',
  ],
  IMPORT_MAPPING: [400, 'see the mapping reference in docs/import.md'],
  IMPORT_COLUMN: [400, 'the mapping names a column that the file lacks'],
  IMPORT_REJECTS: [400, 'correct the rows in the rejects file or raise --max-rejects'],
  TRAIN_DATA: [400, 'import or send more events before training'],
  EVALUATION_LEAK: [
    400,
    'nothing from the time of the answers may be known: give only events before it',
  ],
  TRAIN_DIVERGED: [500, 'lower the learning rate, or clip the gradients'],
  GRAPH_INVALID: [500, 'the shapes and types of the graph must fit: see the message'],
  FEED_INVALID: [500, 'feed every input with its declared type and shape'],
  USAGE: [400, 'see --help'],
  INTERNAL: [500, 'this is a bug: please report it with the request id'],
} as const satisfies Record<string, readonly [status: number, hint: string]>

export type ErrorCode = keyof typeof ERRORS

/** An error with a code from the catalogue, the field it concerns where there is one, and its cause. */
export class ExploreError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly hint: string
  readonly status: number
  /** When the same request may succeed, where that is known. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly field?: string | undefined
      readonly hint?: string | undefined
      readonly cause?: unknown
      readonly retryAfterMs?: number | undefined
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'ExploreError'
    this.code = code
    this.field = options.field
    this.hint = options.hint ?? ERRORS[code][1]
    this.status = ERRORS[code][0]
    this.retryAfterMs = options.retryAfterMs
  }
}
