import { COUNTS, EVENT_TYPES, type UserState } from '@explore/explore'

/** A user's state in words: whoever it is about must be able to read it. */
export const describeState = (state: UserState, nameOf: (item: number) => string) => {
  const rows = <T>(length: number, row: (i: number) => T): T[] =>
    Array.from({ length }, (_, i) => row(i))
  const { history, reactions, topics, authors, blocked, seen } = state
  const affinities = (of: UserState['topics']) =>
    rows(of.length, i => ({
      ...{ key: of.keys[i]!, shown: of.shown[i]!, engaged: of.engaged[i]! },
      time: of.times[i]!,
    }))
  return {
    counts: Object.fromEntries(COUNTS.map((name, i) => [name, state.counts[i]!])),
    ...{ firstSeen: state.firstSeen, lastSeen: state.lastSeen },
    history: rows(history.length, i => ({
      item: nameOf(history.items[i]!),
      kinds: EVENT_TYPES.filter((_, bit) => (history.kinds[i]! & (1 << bit)) !== 0),
      time: history.times[i]!,
    })),
    reactions: rows(reactions.length, i => ({
      item: nameOf(reactions.items[i]!),
      type: EVENT_TYPES[reactions.types[i]!]!,
      on: reactions.on[i] === 1,
      time: reactions.times[i]!,
    })),
    topics: affinities(topics),
    authors: affinities(authors),
    blockedAuthors: rows(blocked.length, i => ({
      ...{ key: blocked.keys[i]!, on: blocked.on[i] === 1, time: blocked.times[i]! },
    })),
    seen: rows(seen.length, i => nameOf(seen.items[i]!)),
  }
}
