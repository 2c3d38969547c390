/** Widths of the second stage. */
export interface SecondStageWidths {
  /** Of item, author, topic and attribute embeddings, which are added up. */
  readonly embedding: number
  /** Of user attribute, surface and hour embeddings. */
  readonly context: number
  /** Of the viewer's summary. */
  readonly viewer: number
  /** Of the pair's dense facts in bins. */
  readonly bins: number
  readonly attentionHeads: number
  /** Rank of the cross layer. */
  readonly rank: number
  readonly shared: number
  readonly experts: number
  readonly expert: number
}

export const SECOND_STAGE_SIZES = {
  small: {
    embedding: 16,
    context: 8,
    viewer: 32,
    bins: 32,
    attentionHeads: 2,
    rank: 16,
    shared: 64,
    experts: 3,
    expert: 32,
  },
  full: {
    embedding: 32,
    context: 16,
    viewer: 48,
    bins: 32,
    attentionHeads: 2,
    rank: 32,
    shared: 128,
    experts: 4,
    expert: 64,
  },
} as const satisfies Record<string, SecondStageWidths>
