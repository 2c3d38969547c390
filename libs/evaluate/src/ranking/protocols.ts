import { ExploreError } from '@explore/explore'
import type { HeadFigures, Label } from '@explore/learn'
import type { Dataset } from '../dataset.ts'
import type { Cuts } from './ranking-task.ts'

export type FigureName = keyof HeadFigures

export interface RankingProtocol {
  readonly cuts: (data: Dataset) => Cuts
  readonly labels: readonly Label[]
  readonly figures: readonly FigureName[]
  readonly notes: readonly string[]
}

/** Days of KuaiRand's log begin at midnight in China; its `date` column differs for less than one row in a hundred. */
const day = (month: number, day: number): number => Date.UTC(2022, month - 1, day - 1, 16)

const HEADS_OF_KUAIRAND = [
  'click',
  'long_view',
  'like',
  'follow',
  'comment',
  'share',
  'see_less',
] as const

const ALL = ['auc', 'gauc', 'ne', 'calibration', 'ece'] as const

export const RANKING_PROTOCOLS = {
  'time-split': {
    cuts: data => cutsByShare(data),
    labels: ['click', 'long_view', 'like', 'save', 'share', 'comment', 'follow', 'see_less'],
    figures: ALL,
    notes: ['impressions in the order of time: eight tenths train, one calibrates, one tests'],
  },
  'kuairand-2.1': {
    cuts: () => ({
      validFrom: day(4, 28),
      validTo: day(4, 29),
      testFrom: day(4, 29),
      frozenAt: day(4, 29),
    }),
    labels: ['long_view'],
    figures: ['gaucByPositives', 'ndcg5', 'withinUser', 'auc'],
    notes: [
      'published (techjam-2026-kuairand): random .4999, .4514, .4757; popularity .6308, .5121, .5715; FM .6621, .5286, .5953',
      'published models train on 0408–0421; here: at most 50 events a user before 0425, and 0425–0428',
    ],
  },
  'kuairand-click': {
    cuts: () => ({
      validFrom: day(5, 1),
      validTo: day(5, 2),
      testFrom: day(5, 5),
      frozenAt: day(5, 2),
    }),
    labels: ['click'],
    figures: ALL,
    notes: ['published (kuairand-longseq-rec): DIN, AUC .7328, GAUC .6268'],
  },
  'kuairand-heads': {
    cuts: () => ({ validFrom: day(4, 30), validTo: day(5, 1), testFrom: day(5, 1) }),
    labels: HEADS_OF_KUAIRAND,
    figures: ALL,
    notes: [],
  },
} as const satisfies Record<string, RankingProtocol>

/** Throws TRAIN_DATA where there are fewer than ten impressions. */
const cutsByShare = ({ events }: Dataset): Cuts => {
  const times = events
    .filter(({ type }) => type === 'impression')
    .map(({ time }) => time)
    .sort((a, b) => a - b)
  if (times.length < 10) {
    throw new ExploreError(
      'TRAIN_DATA',
      `the log has ${times.length} impressions, too few to split`,
    )
  }
  const at = (share: number) => times[Math.floor(share * times.length)]!
  return { validFrom: at(0.8), validTo: at(0.9), testFrom: at(0.9) }
}
