import { ExploreError } from '@explore/explore'
import type { Admin, ITopicMetadata } from 'kafkajs'
import type { KafkaLink } from './open-kafka.ts'
import { deadLetterTopic, type TopicContract, TOPICS } from './topics.ts'

/** What was found, or done, about one topic. */
export interface TopicFinding {
  readonly topic: string
  readonly state: 'created' | 'right' | 'differs' | 'missing'
  /** What differs, in words. */
  readonly detail: string
}

export interface TopicWishes {
  /** Of the topics of events and impressions; default 16. The others never have more. */
  readonly partitions?: number
  /** Default: 3, or as many as there are brokers. */
  readonly replicas?: number
}

const contracts = (link: KafkaLink, { partitions }: TopicWishes): readonly TopicContract[] =>
  [...Object.values(TOPICS), deadLetterTopic(link.target.group)].map(contract => ({
    ...contract,
    name: link.topic(contract.name),
    ...(partitions !== undefined && {
      partitions: KEYED_BY_USER.has(contract)
        ? partitions
        : Math.min(partitions, contract.partitions),
    }),
  }))

const KEYED_BY_USER = new Set<TopicContract>([TOPICS.events, TOPICS.impressions])
/** A broker hears of a new topic, and of its leaders, a little later than the controller. */
const SPREAD = { tries: 100, pause: 100 }

/** Makes the topics that are missing, as the contract wants them; what is there is compared with it and left as it is. */
export const createTopics = (link: KafkaLink, wishes: TopicWishes = {}): Promise<TopicFinding[]> =>
  link.attempt(async () => {
    const admin = await link.admin()
    const before = await examineTopics(link, wishes)
    const missing = new Set(
      before.filter(({ state }) => state === 'missing').map(({ topic }) => topic),
    )
    if (missing.size === 0) return before
    const { brokers } = await admin.describeCluster()
    const replicas = wishes.replicas ?? Math.min(3, brokers.length)
    const config = { 'min.insync.replicas': `${Math.min(2, replicas)}` }
    await admin.createTopics({
      waitForLeaders: false,
      timeout: 15_000,
      topics: contracts(link, wishes)
        .filter(({ name }) => missing.has(name))
        .map(contract => ({
          topic: contract.name,
          numPartitions: contract.partitions,
          replicationFactor: replicas,
          configEntries: Object.entries({ ...config, ...contract.config }).map(([name, value]) => ({
            name,
            value,
          })),
        })),
    })
    await spread(admin, [...missing])
    for (const { name, partitions } of contracts(link, wishes).filter(({ name }) =>
      missing.has(name),
    )) {
      for (let partition = 0; partition < partitions; partition++)
        await link.bounds(name, partition)
    }
    const made = new Map(
      (await examineTopics(link, wishes)).map(each => [
        each.topic,
        { ...each, state: 'created' as const },
      ]),
    )
    return before.map(finding =>
      missing.has(finding.topic) ? (made.get(finding.topic) ?? finding) : finding,
    )
  })

const spread = async (admin: Admin, topics: string[]): Promise<void> => {
  for (let tries = 1; ; tries++) {
    try {
      return void (await admin.fetchTopicMetadata({ topics }))
    } catch (error) {
      const { type } = error as { readonly type?: string }
      const passing = type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE'
      if (!passing || tries === SPREAD.tries) throw error
      await new Promise(resolve => setTimeout(resolve, SPREAD.pause))
    }
  }
}

/** Compares the topics with the contract. */
export const examineTopics = (link: KafkaLink, wishes: TopicWishes = {}): Promise<TopicFinding[]> =>
  link.attempt(async () => {
    const { ConfigResourceTypes } = (await import('./load-kafkajs.ts')).loadKafkajs()
    const admin = await link.admin()
    const there = new Set(await admin.listTopics())
    const wanted = contracts(link, wishes)
    const found = wanted.filter(({ name }) => there.has(name))
    if (found.length === 0) return wanted.map(missing)
    const { topics } = await admin.fetchTopicMetadata({ topics: found.map(({ name }) => name) })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: found.map(({ name, config }) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configNames: Object.keys(config),
      })),
    })
    return wanted.map(contract => {
      const is = topics.find(({ name }) => name === contract.name)
      if (is === undefined) return missing(contract)
      const entries = resources.find(({ resourceName }) => resourceName === contract.name)
      const values = new Map(
        entries?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
      )
      return compared(contract, is, values)
    })
  })

const missing = ({ name }: TopicContract): TopicFinding => ({
  topic: name,
  state: 'missing',
  detail: 'is missing',
})

const compared = (
  { name, partitions, config }: TopicContract,
  is: ITopicMetadata,
  values: ReadonlyMap<string, string>,
): TopicFinding => {
  const count = is.partitions.length
  const differences = [
    ...(count === partitions ? [] : [`${count} partitions, not ${partitions}`]),
    ...Object.entries(config)
      .filter(([key, value]) => values.get(key) !== value)
      .map(([key, value]) => `${key}=${values.get(key)}, not ${value}`),
  ]
  const replicas = is.partitions[0]?.replicas.length ?? 0
  return {
    topic: name,
    state: differences.length === 0 ? 'right' : 'differs',
    detail: [`${count} partitions, ${replicas} replicas`, ...differences].join('; '),
  }
}

/** The number of a topic's partitions; throws LOG_TOPIC where there is no such topic. */
export const partitionsOf = (link: KafkaLink, topic: string): Promise<number> =>
  link.attempt(async () => {
    const admin = await link.admin()
    if (!(await admin.listTopics()).includes(topic)) {
      throw new ExploreError('LOG_TOPIC', `${link.target.name} has no topic ${topic}`)
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics[0]!.partitions.length
  })
