import { type ErrorCode, ExploreError } from '@explore/explore'

/** kafkajs's names and Kafka's types of errors whose remedy is known; all others are a connection's or a broker's end. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  KafkaJSSASLAuthenticationError: 'LOG_FORBIDDEN',
  UNSUPPORTED_SASL_MECHANISM: 'LOG_FORBIDDEN',
  TOPIC_AUTHORIZATION_FAILED: 'LOG_FORBIDDEN',
  GROUP_AUTHORIZATION_FAILED: 'LOG_FORBIDDEN',
  CLUSTER_AUTHORIZATION_FAILED: 'LOG_FORBIDDEN',
  UNKNOWN_TOPIC_OR_PARTITION: 'LOG_TOPIC',
  INVALID_REPLICATION_FACTOR: 'LOG_TOPIC',
  MESSAGE_TOO_LARGE: 'LOG_TOPIC',
  RECORD_LIST_TOO_LARGE: 'LOG_TOPIC',
}

/** What went wrong with the Kafka called `name`, with a code from the catalogue. */
export const kafkaError = (name: string, thrown: unknown): ExploreError => {
  if (thrown instanceof ExploreError) return thrown
  const causes = [...causesOf(thrown)]
  const known = causes.flatMap(cause => CODES[cause.type ?? ''] ?? CODES[cause.name] ?? [])[0]
  const root = causes.at(-1)
  const message = `${name}: ${root?.message ?? thrown}`
  return new ExploreError(known ?? 'LOG_UNREACHABLE', message, {
    cause: thrown,
    ...hintOf(message),
  })
}

/** What kafkajs gives up at although brokers may come back. */
const NO_BROKER = new Set(['KafkaJSGroupCoordinatorNotFound', 'KafkaJSNoBrokerAvailableError'])

/** Whether it is for want of a broker that kafkajs gave up: it says so itself, or in what it wraps. */
export const wantsBroker = (thrown: unknown): boolean =>
  causesOf(thrown).some(({ name }) => NO_BROKER.has(name))

interface KafkajsError extends Error {
  readonly type?: string
  /** Of several topics, say. */
  readonly errors?: readonly unknown[]
}

function* causesOf(error: unknown): Generator<KafkajsError> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    yield cause
    for (const each of (cause as KafkajsError).errors ?? []) yield* causesOf(each)
  }
}

/** What to look at, by what the libraries say. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/certificate/i, "the broker's certificate is not trusted: name its authority's file, ca=FILE"],
  [/SASL mechanism/i, 'the brokers log users in otherwise: see mechanism'],
  [
    /SSL|TLS|before secure|ECONNRESET|Closed connection/i,
    'one side speaks TLS and the other plaintext: see tls',
  ],
]

const hintOf = (message: string): { readonly hint?: string } => {
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1]
  return hint === undefined ? {} : { hint }
}
