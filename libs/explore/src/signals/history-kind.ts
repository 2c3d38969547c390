import { EVENT_TYPES } from '../types.ts'

/** Kinds of a history entry, by its strongest reaction; 0 = padding. */
export const HISTORY_KINDS = [
  'none',
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'follow',
  'see_less',
] as const

/** Strongest reaction of a history entry, as an index in HISTORY_KINDS. */
export const historyKind = ((): ((bits: number) => number) => {
  const bit = (type: (typeof EVENT_TYPES)[number]): number => 1 << EVENT_TYPES.indexOf(type)
  const order: readonly (readonly [number, number])[] = [
    [bit('see_less') | bit('report'), HISTORY_KINDS.indexOf('see_less')],
    [bit('share'), HISTORY_KINDS.indexOf('share')],
    [bit('save'), HISTORY_KINDS.indexOf('save')],
    [bit('follow') | bit('comment'), HISTORY_KINDS.indexOf('follow')],
    [bit('like'), HISTORY_KINDS.indexOf('like')],
    [bit('long_view'), HISTORY_KINDS.indexOf('long_view')],
    [bit('click'), HISTORY_KINDS.indexOf('click')],
  ]
  return bits => order.find(([mask]) => (bits & mask) !== 0)?.[1] ?? 0
})()
