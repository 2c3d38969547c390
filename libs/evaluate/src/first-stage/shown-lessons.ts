import { type Examples, type Lesson, LABELS } from '@explore/learn'

/** What one request showed, and what of it was clicked. */
export interface ShownRequest {
  /** Row of the viewer. */
  readonly viewer: number
  readonly items: Uint32Array
  readonly clicks: Float32Array
}

const CLICK = LABELS.indexOf('click')

/** The requests of the latest `most` impressions, in order of time. */
export const shownRequests = (
  { ranking }: Pick<Examples, 'ranking'>,
  most: number,
): readonly ShownRequest[] => {
  const rows = Uint32Array.from({ length: ranking.length }, (_, row) => row)
    .filter(row => ranking.partial[row] === 0)
    .sort((a, b) => ranking.time[a]! - ranking.time[b]!)
    .subarray(-most)
  return [...Map.groupBy(rows, row => ranking.viewer[row]!)].map(([viewer, of]) => ({
    viewer,
    items: Uint32Array.from(of, row => ranking.item[row]!),
    clicks: Float32Array.from(of, row => ranking.labels[row * LABELS.length + CLICK]!),
  }))
}

/** Teaches clicks on what was shown: what a first stage learns that knows of no teacher. */
export const clickLesson = ({ items, clicks }: ShownRequest): Lesson => ({
  places: Uint32Array.from({ length: items.length }, (_, place) => place),
  labels: clicks,
})
