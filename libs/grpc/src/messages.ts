import { EVENT_TYPES } from '@explore/explore'

/** A message as the loader gives it: with defaults for what was not sent, but for what is `optional`. */
export type Message = Readonly<Record<string, unknown>>

/** A message's fields that say anything, as JSON has them: a text, list or map that is empty was not sent. */
const sent = (message: Message): Record<string, unknown> =>
  Object.fromEntries(
    // The loader names the oneof of an `optional` field after it, with an underscore.
    Object.entries(message).filter(([name, value]) => !name.startsWith('_') && !isEmpty(value)),
  )

const isEmpty = (value: unknown): boolean =>
  value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/** An item or a user, as REST takes it. */
export const recordOf = (message: Message): object => {
  const { createdAtMs, ...rest } = sent(message)
  return createdAtMs === undefined ? rest : { ...rest, createdAt: createdAtMs }
}

/** An item or a user, as the message has it. */
export const messageOfRecord = (record: Message): Message => {
  const { createdAt, ...rest } = record
  return { ...rest, createdAtMs: createdAt }
}

/** An event, as REST takes it. */
export const eventOf = (message: Message): object => {
  const { timeMs, type, ...rest } = sent(message)
  return {
    ...rest,
    // A type of a newer version stays what it is: the row's verdict names it.
    ...(type !== 0 && { type: EVENT_TYPES[(type as number) - 1] ?? String(type) }),
    ...(timeMs !== undefined && { time: timeMs }),
  }
}

type Scalar = number | boolean | string

/** The value of a setting, or null for the default. */
export const scalarOf = ({ kind, ...value }: Message): Scalar | null =>
  kind === undefined ? null : (value[kind as string] as Scalar)

const messageOfScalar = (value: Scalar): Message => {
  if (typeof value === 'number') return { number: value }
  return typeof value === 'boolean' ? { flag: value } : { text: value }
}

/** The settings, as the message has them. */
export const messageOfSettings = (settings: Readonly<Record<string, Message>>): Message =>
  Object.fromEntries(
    Object.entries(settings).map(([key, { value, default: normal, ...rest }]) => [
      key,
      {
        ...rest,
        value: messageOfScalar(value as Scalar),
        defaultValue: messageOfScalar(normal as Scalar),
      },
    ]),
  )
