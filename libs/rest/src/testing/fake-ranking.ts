import {
  type Group,
  type Head,
  HEADS,
  type Id,
  type Item,
  type PageItem,
  type Settings,
  type SourceName,
} from '@explore/explore'
import { drawn } from './fake-world.ts'

/** What the fake remembers of a viewer. */
export interface FakeViewer {
  readonly seen: Set<Id>
  readonly hiddenAuthors: Set<Id>
  /** Likes less see-less, by topic. */
  readonly tastes: Map<string, number>
}

export const fakeViewer = (): FakeViewer => ({
  seen: new Set(),
  hiddenAuthors: new Set(),
  tastes: new Map(),
})

export const groupOf = ({ seen }: FakeViewer): Group =>
  seen.size > 100 ? 'heavy' : seen.size > 10 ? 'casual' : 'new'

/** Base rate of each head, which the taste for the topic multiplies. */
const RATES: Record<Head, number> = {
  click: 0.12,
  long_view: 0.09,
  like: 0.04,
  save: 0.01,
  share: 0.008,
  see_less: 0.004,
  hide_author: 0.001,
  report: 0.0003,
}

const NEGATIVE: ReadonlySet<Head> = new Set(['see_less', 'hide_author', 'report'])

/** Ranks what the viewer may see by taste, with an explanation that adds up. */
export const fakeRanking = (
  items: Iterable<Item>,
  userId: Id,
  viewer: FakeViewer,
  settings: Settings,
): readonly PageItem[] => {
  const rows = [...items]
    .filter(
      ({ id, author, hidden }) =>
        !viewer.seen.has(id) && !viewer.hiddenAuthors.has(author) && !hidden,
    )
    .map(item => scored(item, userId, viewer, settings))
    .sort((a, b) => b.score - a.score)
  const spread = spreadTopics(rows, settings['rerank.topicCap'])
  return spread.map(({ item, score, terms, probabilities, liked }, place) => {
    const rank = rows.findIndex(row => row.item === item) + 1
    const light = drawn(`light ${userId} ${item.id}`)
    return {
      itemId: item.id,
      score,
      sources: sourcesOf(item, liked),
      explanation: {
        retrieval: { rank: 1 + Math.floor(light * 400), score: 1 - light },
        firstStage: { rank: 1 + Math.floor(light * 100), score: 4 - 3 * light },
        secondStage: { rank, probabilities },
        value: { value: score, score, terms },
        moves: rank === place + 1 ? [] : [{ rule: 'topic-spread', from: rank, to: place + 1 }],
      },
    }
  })
}

const scored = (item: Item, userId: Id, viewer: FakeViewer, settings: Settings) => {
  const group = groupOf(viewer)
  const liked = viewer.tastes.get(item.topics?.[0] ?? '') ?? 0
  const lift = (0.3 + drawn(`taste ${userId} ${item.id}`)) * 2 ** Math.max(-4, Math.min(1.5, liked))
  const byHead = (value: (head: Head) => number) =>
    Object.fromEntries(HEADS.map(head => [head, value(head)])) as Record<Head, number>
  const probabilities = byHead(head =>
    Math.min(
      0.95,
      RATES[head] *
        (0.4 + 1.2 * drawn(`${head} ${item.id}`)) *
        (NEGATIVE.has(head) ? 1 / (0.5 + lift) : 0.3 + 2 * lift),
    ),
  )
  const terms = byHead(
    head =>
      (NEGATIVE.has(head) ? -1 : 1) * settings[`value.${head}.${group}`] * probabilities[head],
  )
  const score = HEADS.reduce((sum, head) => sum + terms[head], 0)
  return { item, score, terms, probabilities, liked: liked > 0 }
}

type Row = ReturnType<typeof scored>

/** No more than `cap` of a topic within six places, as far as others are left. */
const spreadTopics = (rows: readonly Row[], cap: number): readonly Row[] => {
  const left = [...rows]
  const placed: Row[] = []
  while (left.length > 0 && placed.length < 200) {
    const near = placed.slice(-5).map(row => row.item.topics?.[0])
    const fits = left.findIndex(
      ({ item }) => near.filter(topic => topic === item.topics?.[0]).length < cap,
    )
    placed.push(left.splice(Math.max(0, fits), 1)[0]!)
  }
  return placed
}

const sourcesOf = (item: Item, liked: boolean): readonly SourceName[] => {
  if (liked) return ['two-tower', 'similar']
  const draw = drawn(`source ${item.id}`)
  return [
    draw < 0.5 ? 'two-tower' : draw < 0.75 ? 'trending' : draw < 0.9 ? 'fresh' : 'explore-cold',
  ]
}
