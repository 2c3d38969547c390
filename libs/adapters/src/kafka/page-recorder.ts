import { ExploreError, type ServedPage } from '@explore/explore'
import { partitionsOf } from './create-topics.ts'
import { servedPageToProtobuf } from './decode/protobuf-records.ts'
import type { KafkaLink } from './open-kafka.ts'
import { sendWhole } from './send-whole.ts'
import { MAX_VALUE, TOPICS } from './topics.ts'

export interface PageRecorder {
  /** Takes a page, and returns at once: nobody waits for the brokers. */
  readonly record: (page: ServedPage) => void
  /** Pages that will never be in the topic, since the start. */
  readonly lost: () => number
  /** Gives what waits a moment; the rest is lost. The link stays open. */
  readonly close: () => Promise<void>
}

export interface PageRecorderOptions {
  /** Most pages that wait in memory; what comes beyond is lost. */
  readonly capacity: () => number
  /** Hears that pages cannot be recorded or were lost, and that all is well. */
  readonly tell: (problem: ExploreError | undefined) => void
  /** Between two tries, in milliseconds. */
  readonly pause?: number
}

const PAUSE = 500
const CHUNK = 200
/** How long closing waits for brokers that are there. */
const DRAIN = 2000

/**
 * Sends served pages to their topic, keyed by user, in the background. A page whose acknowledgement is lost is sent again,
 * and may then be there twice.
 */
export const pageRecorder = (
  link: KafkaLink,
  { capacity, tell, pause = PAUSE }: PageRecorderOptions,
): PageRecorder => {
  const topic = link.topic(TOPICS.impressions.name)
  let waiting: ServedPage[] = []
  let sending: Promise<void> | undefined
  let lost = 0
  /** Of those, how many have been told of. */
  let told = 0
  let closed = false
  let partitions: number | undefined

  const lose = (count: number, cause?: unknown): void => {
    if (lost === told) tell(loss('served pages are being lost, the queue is full', cause))
    lost += count
  }

  const send = async (pages: readonly ServedPage[]): Promise<void> => {
    partitions ??= await partitionsOf(link, topic)
    const messages = pages.map(page => ({ key: page.userId, value: encoded(page) }))
    await sendWhole(link, { topic, partitions }, messages)
  }

  const forward = async (): Promise<void> => {
    while (waiting.length > 0 && !closed) {
      const pages = waiting.slice(0, CHUNK)
      try {
        await send(pages)
        waiting = waiting.slice(pages.length)
        if (lost > told) tell(loss(`${lost - told} served pages were lost`))
        told = lost
        tell(undefined)
      } catch (error) {
        const { code, message } = link.error(error)
        tell(new ExploreError(code, `served pages wait to be recorded: ${message}`))
        await new Promise(resolve => setTimeout(resolve, pause).unref())
      }
    }
  }

  return {
    record: page => {
      const most = capacity()
      if (most === 0) return
      if (closed || waiting.length >= most) return lose(1)
      waiting.push(page)
      sending ??= forward().finally(() => (sending = undefined))
    },
    lost: () => lost,
    close: async () => {
      const late = new Promise(resolve => setTimeout(resolve, DRAIN).unref())
      await Promise.race([sending, late])
      closed = true
      if (waiting.length > 0) lose(waiting.length)
      if (lost > told) tell(loss(`${lost - told} served pages were lost`))
    },
  }
}

/** Whoever reads the topic takes no larger ones: a page then goes without its features. */
const encoded = (page: ServedPage): Buffer => {
  const whole = servedPageToProtobuf(page)
  if (whole.length <= MAX_VALUE || page.features === undefined) return whole
  return servedPageToProtobuf({ ...page, features: undefined })
}

const loss = (message: string, cause?: unknown): ExploreError =>
  new ExploreError('LOG_UNREACHABLE', message, { cause })
