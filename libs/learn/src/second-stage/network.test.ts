import {
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  type CandidateFeatures,
  candidateFeatures,
  HEADS,
  HISTORY,
  ITEM_TOPICS,
  VIEWER_DENSE,
  type ViewerFeatures,
  viewerFeatures,
} from '@explore/explore'
import { expect, it } from 'vitest'
import { candidateFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { LABELS } from '../examples/labels.ts'
import { exportModel } from '../graph/export-model.ts'
import { readSignature } from '../onnx/read-signature.ts'
import { program } from '../program.ts'
import { type Rng, rng } from '../rng.ts'
import { planHeads } from './heads.ts'
import { network, type NetworkOptions, valuesOf } from './network.ts'
import { sigmoid } from './platt.ts'
import { BINS } from './quantile-bins.ts'
import { secondStageScorer } from './second-stage-scorer.ts'
import { SECOND_STAGE_SIZES } from './sizes.ts'
import { countColumn, priorLogit, SHOWN_COLUMN } from './user-prior.ts'

const ITEMS = 300
const spread = (width: number) => ({
  mean: new Float32Array(width).fill(0.1),
  deviation: new Float32Array(width).fill(0.7),
  from: Float32Array.from({ length: width * BINS }, (_, i) => (i % BINS) / 6 - 0.3),
  slope: new Float32Array(width * BINS).fill(1.5),
})

const plan = (...positives: number[]) => {
  const all = [...positives, 0, 0]
  return planHeads({ rows: 1000, positives: all, clicked: all })
}

/** A network with parameters as drawn, but no zeros that would hide a wrong connection. */
const drawn = (size: keyof typeof SECOND_STAGE_SIZES = 'full') => {
  const options: NetworkOptions = {
    items: ITEMS,
    heads: plan(400, 300, 60, 40, 0, 35, 0, 3),
    widths: SECOND_STAGE_SIZES[size],
    scales: {
      viewer: spread(VIEWER_DENSE),
      pair: spread(CANDIDATE_DENSE + CANDIDATE_CROSS),
    },
    random: rng(11),
  }
  const net = network(options)
  const random = rng(12)
  for (const { values, table } of net.g.state.parameters) {
    values.forEach((value, i) => (values[i] = value * (table ? 10 : 1) + 0.02 * random.normal()))
  }
  // Row 0 of a table stays zero.
  for (const { values, padding, shape } of net.g.state.parameters) {
    if (padding === 0) values.fill(0, 0, shape[1])
  }
  return { net, served: network({ ...options, trained: valuesOf(net) }) }
}

const someViewer = (random: Rng): ViewerFeatures => {
  const viewer = viewerFeatures(1)
  const length = random.int(HISTORY + 1)
  for (let i = 0; i < length; i++) {
    viewer.historyItems[i] = 1 + random.int(ITEMS)
    viewer.historyAuthors[i] = 1 + random.int(50)
    viewer.historyTopics[i] = 1 + random.int(9)
    viewer.historyKinds[i] = 1 + random.int(6)
    viewer.historyAges[i] = 1 + random.int(15)
  }
  viewer.attributes[0] = 1 + random.int(20)
  viewer.surface[0] = random.int(4)
  viewer.hour[0] = random.int(24)
  viewer.dense.forEach((_, i) => (viewer.dense[i] = random.normal()))
  return viewer
}

const someCandidates = (random: Rng, rows: number): CandidateFeatures => {
  const out = candidateFeatures(rows)
  for (let row = 0; row < rows; row++) {
    out.items[row] = random.int(ITEMS + 1)
    out.authors[row] = 1 + random.int(50)
    out.topics[row * ITEM_TOPICS] = 1 + random.int(9)
    out.durations[row] = random.int(16)
  }
  out.dense.forEach((_, i) => (out.dense[i] = random.normal()))
  out.cross.forEach((_, i) => (out.cross[i] = random.normal()))
  return out
}

const joined = <F extends object>(parts: readonly F[]): F =>
  Object.fromEntries(
    Object.keys(parts[0]!).map(key => {
      const values = parts.map(part => part[key as keyof F] as Float32Array | number)
      if (typeof values[0] === 'number') return [key, (values as number[]).reduce((a, b) => a + b)]
      const all = values.flatMap(value => Array.from(value as Float32Array))
      return [key, (values[0]!.constructor as Float32ArrayConstructor).from(all)]
    }),
  ) as F

it('serves one viewer and 100 candidates as it trained on many', async () => {
  const { net, served } = drawn()
  const random = rng(5)
  const viewers = Array.from({ length: 4 }, () => someViewer(random))
  const candidates = viewers.map(() => someCandidates(random, 100))
  const together = joined(candidates)
  candidates.forEach((_, i) => together.viewer.fill(i, i * 100, (i + 1) * 100))

  const training = await program(net.g, net.probabilities)
  const all = await training.run({ ...viewerFeeds(joined(viewers)), ...candidateFeeds(together) })
  const scorer = await secondStageScorer(exportModel(served.g, served.probabilities))
  const spread: number[] = []
  for (const [i, viewer] of viewers.entries()) {
    const alone = await scorer.predict(viewer, candidates[i]!)
    for (const head of HEADS) {
      const trained = (all[head]!.data as Float32Array).subarray(i * 100, (i + 1) * 100)
      alone[head].forEach((p, row) => {
        expect(Math.abs(p - trained[row]!)).toBeLessThan(1e-6)
      })
    }
    spread.push(...alone.click)
  }
  expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.05)
  await training.release()
  await scorer.release()
})

it('has the inputs and outputs of the bundle format', () => {
  const { served: net } = drawn('small')
  const { inputs, outputs } = readSignature(exportModel(net.g, net.probabilities))
  expect(outputs.map(({ name, shape }) => [name, shape])).toEqual(
    LABELS.map(label => [label, ['rows']]),
  )
  const unused = ['labels', 'known', 'candidate.viewer']
  const names = net.g.state.inputs.map(({ name }) => name).filter(name => !unused.includes(name))
  expect(inputs.map(({ name }) => name).sort()).toEqual(names.sort())
})

it('answers the base rate where a head is not trained', async () => {
  const { served: net } = drawn('small')
  const scorer = await secondStageScorer(exportModel(net.g, net.probabilities))
  const random = rng(3)
  const { share, report } = await scorer.predict(someViewer(random), someCandidates(random, 7))
  expect(Array.from(share)).toEqual(Array(7).fill(Math.fround(0.5 / 1001)))
  expect(Array.from(report)).toEqual(Array(7).fill(Math.fround(3.5 / 1001)))
  await scorer.release()
})

it('starts at the base rates and calibrates inside the graph', async () => {
  const options: NetworkOptions = {
    items: ITEMS,
    heads: plan(400, 0, 60, 0, 0, 35, 0, 0),
    widths: SECOND_STAGE_SIZES.small,
    scales: {
      viewer: spread(VIEWER_DENSE),
      pair: spread(CANDIDATE_DENSE + CANDIDATE_CROSS),
    },
    random: rng(2),
  }
  const net = network({ ...options, trained: valuesOf(network(options)) })
  const random = rng(3)
  const viewer = someViewer(random)
  const candidates = someCandidates(random, 50)
  const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length
  const predict = async () => {
    const scorer = await secondStageScorer(exportModel(net.g, net.probabilities))
    const predicted = await scorer.predict(viewer, candidates)
    await scorer.release()
    return predicted
  }
  const before = await predict()
  net.calibration.slope.values.set([2, 1, 0.5])
  net.calibration.offset.values.set([0, -1, 0.3])
  const after = await predict()
  const moved = (p: number, slope: number, offset: number) =>
    sigmoid(Math.log(p / (1 - p)) * slope + offset)
  for (let row = 0; row < 50; row++) {
    expect(after.click[row]).toBeCloseTo(moved(before.click[row]!, 2, 0), 5)
    expect(after.like[row]).toBeCloseTo(moved(before.like[row]!, 1, -1), 5)
    expect(after.see_less[row]).toBeCloseTo(moved(before.see_less[row]!, 0.5, 0.3), 5)
  }
  expect(mean(after.report)).toBe(mean(before.report))

  viewer.dense[SHOWN_COLUMN] = Math.log1p(200)
  viewer.dense[countColumn('see_less')] = Math.log1p(4)
  net.calibration.slope.values[2] = 0
  net.calibration.offset.values[2] = 0
  net.calibration.prior.values[2] = 1
  net.calibration.a.values[2] = 0.1
  net.calibration.b.values[2] = 99.9
  const own = await predict()
  own.see_less.forEach(p => expect(p).toBeCloseTo(4.1 / 300, 6))
  expect(priorLogit({ a: 0.1, b: 99.9 }, 4, 200)).toBeCloseTo(Math.log(4.1 / 295.9), 6)
})
