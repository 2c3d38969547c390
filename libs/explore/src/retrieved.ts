import { SOURCES } from './types.ts'

/** What retrieval knows of each candidate: the columns that every slate starts with. */
export type Retrieved = {
  /** Bit i is set when SOURCES[i] found the candidate. */
  readonly sources: Uint32Array
  /** 0-based place in the mixed order; behind `width.candidates` for what no source found. */
  readonly mixRank: Uint32Array
  /** 1 for the first of the mixed order, falling to 0: what ranks when no ranker answers. */
  readonly mixed: Float32Array
  /** Thompson draw of a candidate under exploration, 0 for others. */
  readonly draw: Float32Array
  /** Among how many places exploration drew the candidate's at random, 0 where it did not. */
  readonly slot: Uint8Array
}

const EXPLORE_BIT = 1 << SOURCES.indexOf('explore-cold')

/** Whether the candidate came from cold-item exploration. */
export const underExploration = (
  row: number,
  { sources }: { readonly sources: Uint32Array },
): boolean => (sources[row]! & EXPLORE_BIT) !== 0
