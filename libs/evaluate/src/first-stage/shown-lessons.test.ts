import { type Examples, LABELS } from '@explore/learn'
import { expect, it } from 'vitest'
import { clickLesson, shownRequests } from './shown-lessons.ts'

const labels = new Uint8Array(5 * LABELS.length)
labels[1 * LABELS.length] = 1
labels[4 * LABELS.length] = 1
labels[3 * LABELS.length + 2] = 1
const ranking = {
  length: 5,
  viewer: Uint32Array.of(0, 3, 3, 4, 5),
  item: Uint32Array.of(10, 11, 12, 13, 14),
  time: Float64Array.of(1, 2, 3, 9, 4),
  labels,
  partial: new Uint8Array(5),
} as Examples['ranking']

it('takes the latest impressions by request, with their clicks', () => {
  expect(shownRequests({ ranking }, 4)).toEqual([
    { viewer: 3, items: Uint32Array.of(11, 12), clicks: Float32Array.of(1, 0) },
    { viewer: 5, items: Uint32Array.of(14), clicks: Float32Array.of(1) },
    { viewer: 4, items: Uint32Array.of(13), clicks: Float32Array.of(0) },
  ])
})

it('teaches each of them once', () => {
  const [request] = shownRequests({ ranking }, 4)
  expect(clickLesson(request!)).toEqual({
    places: Uint32Array.of(0, 1),
    labels: Float32Array.of(1, 0),
  })
})
