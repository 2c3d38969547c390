import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { kafkaError, wantsBroker } from './kafka-error.ts'

/** As kafkajs throws them: its types leave out what they are made of. */
const errors = createRequire(import.meta.url)('kafkajs/src/errors') as Readonly<
  Record<string, new (error?: Error | string, options?: object) => Error>
>
const made = (name: string, error?: Error | string): Error =>
  new errors[name]!(error, error instanceof Error ? { cause: error } : {})
/** What its retrier makes of an error that it does not try again. */
const wrapped = (error: Error): Error => made('KafkaJSNonRetriableError', error)

it.each([
  [made('KafkaJSGroupCoordinatorNotFound', 'Failed to find group coordinator')],
  [wrapped(made('KafkaJSGroupCoordinatorNotFound', 'Failed to find group coordinator'))],
  [wrapped(wrapped(made('KafkaJSNoBrokerAvailableError')))],
])('%s is for want of a broker', error => {
  expect(wantsBroker(error)).toBe(true)
  expect(kafkaError('k', error)).toMatchObject({ code: 'LOG_UNREACHABLE' })
})

it.each([
  [made('KafkaJSNonRetriableError', 'no')],
  [made('KafkaJSNumberOfRetriesExceeded', made('KafkaJSConnectionError', 'gone'))],
  ['gone'],
])('%s is not', error => {
  expect(wantsBroker(error)).toBe(false)
})
