import { openKafka, runStream } from '@explore/adapters'
import { addressesOf, homeAt, HOME, openStores } from '@explore/embedded'
import { settingsFrom } from '@explore/explore'

/** What a worker is asked to do: fold what is on the bus, or receive it and do nothing. */
export interface WorkerOptions {
  readonly work: 'fold' | 'nothing'
  /** Of the Kafka, group included. */
  readonly url: string
  readonly home: string
}

/** How many records have come by. */
export interface WorkerReport {
  readonly records: number
}

const options = JSON.parse(process.argv[2]!) as WorkerOptions
const tell = (records: number): void => void (process.connected && process.send!({ records }))
process.once('disconnect', () => process.exit())

if (options.work === 'fold') {
  const addresses = { ...addressesOf(process.env), events: HOME }
  const { state, profiles } = await openStores(homeAt(options.home), addresses)
  const settings = settingsFrom()
  const stream = await runStream(options.url, {
    ...{ state, profiles, settings: () => settings, now: Date.now },
    problemsOf: () => () => {},
    onFatal: error => {
      console.error(`bench: ${error.code}: ${error.message}`)
      process.exit(1)
    },
  })
  setInterval(() => tell(stream.counts().events.folded), 20)
  process.once('SIGTERM', () => void stream.close().finally(() => process.exit()))
} else {
  const link = await openKafka(options.url)
  const consumer = link.kafka.consumer({
    ...{ groupId: link.topic(link.target.group), maxWaitTimeInMs: 50, minBytes: 1 },
  })
  let records = 0
  await consumer.connect()
  await consumer.subscribe({ topics: [link.topic('events.v1')], fromBeginning: true })
  await consumer.run({
    partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch }) => void (records += batch.messages.length),
  })
  setInterval(() => tell(records), 20)
}
