/** What the values of a column are. */
export type Kind = 'item' | 'u32' | 'u8' | 'f32' | 'sources' | 'row' | 'heads'

/** The columns of each message of the stages, in the order in which they are shown. */
export const WIRE_COLUMNS = {
  RetrieveRequest: {},
  RetrieveResponse: {
    items: 'item',
    sources: 'sources',
    mixRank: 'u32',
    mixed: 'f32',
    draw: 'f32',
  },
  ScoreRequest: { items: 'item' },
  ScoreResponse: { light: 'f32' },
  PredictRequest: { items: 'item' },
  PredictResponse: { probabilities: 'heads' },
  RerankRequest: { items: 'item', sources: 'sources', draw: 'f32', probabilities: 'heads' },
  RerankResponse: { rows: 'row', value: 'f32', score: 'f32', scoreRank: 'u32', slot: 'u8' },
  SearchRequest: {},
  SearchResponse: { items: 'item', scores: 'f32' },
} as const satisfies Record<string, Readonly<Record<string, Kind>>>

export type WireMessage = keyof typeof WIRE_COLUMNS
