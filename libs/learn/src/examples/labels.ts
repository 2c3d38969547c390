import { HEADS } from '@explore/explore'

/**
 * What the second stage learns to predict: the heads that serve, and reactions without a head, which
 * lend the shared layers what they know and are judged like the rest.
 */
export const LABELS = [...HEADS, 'comment', 'follow'] as const

export type Label = (typeof LABELS)[number]

export const labelOf = (type: string): number => (LABELS as readonly string[]).indexOf(type)
