import {
  createTopics,
  type KafkaLink,
  type Letter,
  lettersOf,
  openKafka,
  type PartitionLag,
  replayLetters,
  streamLag,
  type TopicFinding,
} from '@explore/adapters'
import { addressesOf, type Home, HOME, openStores } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { type CommonOptions, report } from '../context.ts'

/** Runs `work` on the Kafka that EXPLORE_EVENTS names. */
const onBus = async <T>(work: (link: KafkaLink) => Promise<T>): Promise<T> => {
  const { events } = addressesOf(process.env)
  if (events === HOME) {
    const hint =
      'EXPLORE_EVENTS=kafka://broker:9092, as the gateway and the stream processor have it'
    throw new ExploreError('USAGE', 'EXPLORE_EVENTS names no Kafka', { hint })
  }
  const link = await openKafka(events, { clientId: 'explore-cli' })
  try {
    return await work(link)
  } finally {
    await link.close()
  }
}

const MARKS = { created: '+', right: '✓', differs: '!', missing: '✗' } as const

export const topicsCreate = (
  options: CommonOptions & { readonly partitions?: number; readonly replicas?: number },
): Promise<void> =>
  report(
    options,
    () => onBus(link => createTopics(link, options)),
    (findings: readonly TopicFinding[]) =>
      findings
        .map(
          ({ topic, state, detail }) => `${MARKS[state]} ${topic.padEnd(34)} ${state}: ${detail}`,
        )
        .join('\n'),
  )

export const lag = (options: CommonOptions): Promise<void> =>
  report(
    options,
    home => onBus(link => withState(home, state => streamLag(link, state))),
    (partitions: readonly PartitionLag[]) => {
      const total = partitions.reduce((sum, each) => sum + each.lag, 0)
      const line = (...cells: readonly (string | number)[]): string =>
        cells.map(cell => `${cell}`.padStart(11)).join('')
      return [
        line('partition', 'begin', 'watermark', 'end', 'lag'),
        ...partitions.map(each =>
          line(each.partition, each.begin, each.watermark, each.end, each.lag),
        ),
        `${total} events not folded yet`,
      ].join('\n')
    },
  )

const withState = async <T>(
  home: Home,
  work: (state: Awaited<ReturnType<typeof openStores>>['state']) => Promise<T>,
): Promise<T> => {
  const stores = await openStores(home, { ...addressesOf(process.env), events: HOME })
  try {
    return await work(stores.state)
  } finally {
    await stores.close()
  }
}

export interface LetterOptions extends CommonOptions {
  readonly offset?: number
  readonly limit?: number
  readonly all?: boolean
}

export const dlqList = ({ limit = 20, ...options }: LetterOptions): Promise<void> =>
  report(
    options,
    () =>
      onBus(async link => {
        const letters: object[] = []
        const codes: Record<string, number> = {}
        let total = 0
        for await (const letter of lettersOf(link)) {
          total++
          codes[letter.code] = (codes[letter.code] ?? 0) + 1
          const { offset, place, code, message } = letter
          letters.push({ offset, place, code, message })
          if (letters.length > limit) letters.shift()
        }
        return {
          total,
          codes,
          letters: letters as Pick<Letter, 'offset' | 'place' | 'code' | 'message'>[],
        }
      }),
    ({ total, codes, letters }) =>
      [
        `${total} dead letters${total === 0 ? '' : ': '}${Object.entries(codes)
          .map(([code, count]) => `${count} ${code}`)
          .join(', ')}`,
        ...letters.map(
          each => `${`${each.offset}`.padStart(8)}  ${each.place}  ${each.code}: ${each.message}`,
        ),
      ].join('\n'),
  )

export const dlqShow = (offset: number, options: LetterOptions): Promise<void> =>
  report(
    options,
    () =>
      onBus(async link => {
        for await (const letter of lettersOf(link, offset)) {
          if (letter.offset !== offset) break
          const { place, code, message, field, headers, arrived, key, value } = letter
          return {
            ...{ offset, place, code, message, field, headers, arrived },
            key: key?.toString() ?? null,
            text: value?.toString() ?? null,
            base64: value?.toString('base64') ?? null,
          }
        }
        throw new ExploreError('USAGE', `there is no dead letter at offset ${offset}`)
      }),
    letter =>
      [
        `${letter.place}, arrived ${new Date(letter.arrived).toISOString()}`,
        `${letter.code}${letter.field === undefined ? '' : ` (${letter.field})`}: ${letter.message}`,
        `key      ${letter.key}`,
        ...Object.entries(letter.headers).map(([name, value]) => `header   ${name}: ${value}`),
        `value    ${letter.text?.slice(0, 2000) ?? 'none'}`,
      ].join('\n'),
  )

export const dlqReplay = ({ offset, all, ...options }: LetterOptions): Promise<void> =>
  report(
    options,
    () =>
      onBus(async link => ({
        replayed: await replayLetters(link, {
          ...(offset !== undefined && { offset }),
          ...(all && { all }),
        }),
      })),
    ({ replayed }) => `${replayed} records sent again`,
  )
