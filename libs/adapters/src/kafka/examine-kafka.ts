import type { StateStore } from '@explore/explore'
import { examineTopics } from './create-topics.ts'
import { examineClocks } from './examine-clocks.ts'
import type { KafkaLink } from './open-kafka.ts'
import { streamLag } from './stream-lag.ts'

export interface KafkaFinding {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly hint?: string
}

/** Looks at brokers, topics, clocks and lag. Throws LOG_UNREACHABLE or LOG_FORBIDDEN. */
export const examineKafka = async (
  link: KafkaLink,
  state: Pick<StateStore, 'watermark'>,
  wall: () => number,
): Promise<readonly KafkaFinding[]> => {
  const admin = await link.admin()
  const { brokers } = await link.attempt(() => admin.describeCluster())
  const topics = await examineTopics(link)
  const findings = topics.map(({ topic, state, detail }): KafkaFinding => {
    if (state === 'right') return { level: 'ok', detail: `${topic}: ${detail}` }
    const hint =
      state === 'missing'
        ? '`explore topics create` makes it'
        : 'docs/events.md says what each part of the contract is for'
    return { level: state === 'missing' ? 'fail' : 'warn', detail: `${topic}: ${detail}`, hint }
  })
  const lag = topics[0]!.state === 'missing' ? [] : await streamLag(link, state)
  const clocks = await examineClocks(link, topics[0]!.topic, lag, wall)
  const ahead = lag.filter(({ watermark, end }) => watermark > end)
  return [
    {
      level: brokers.length < 3 ? 'warn' : 'ok',
      detail: `${link.target.name}: ${brokers.length} broker(s)`,
      ...(brokers.length < 3 && {
        hint: 'with fewer than three, what is acknowledged can be lost',
      }),
    },
    ...findings,
    ...clocks,
    ...ahead.map(({ partition, watermark, end }): KafkaFinding => ({
      level: 'fail',
      detail: `partition ${partition}: the state is folded up to ${watermark}, the log ends at ${end}`,
      hint: 'the topic was made anew or lost events: fold it into a new state',
    })),
    {
      level: 'ok',
      detail: `${lag.reduce((sum, each) => sum + each.lag, 0)} events not folded yet`,
    },
  ]
}
