import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promoteBundle as point, readManifest } from '@explore/adapters'
import { CANDIDATE_DENSE, HEADS, HISTORY, ITEM_TOPICS, VIEWER_DENSE } from '@explore/explore'
import { exportModel, type Graph, graph, init, rng, type Tensor } from '@explore/learn'
import { tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Home } from '../home.ts'
import { silent } from '../progress.ts'
import { importModels } from './import-models.ts'
import { inspectBundle } from './inspect-bundle.ts'
import { promoteBundle } from './promote-bundle.ts'

let folder: string
let home: Home
let now = Date.UTC(2026, 11, 1)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-import-models-'))
  home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first'],
  })
  await point(home.bundles, 'first')
})
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, `${name}.onnx`)
  writeFileSync(path, bytes)
  return path
}
/** Each at a time of its own, which is its id. */
const bring = (...models: readonly string[]) =>
  importModels(home, { from: 'current', models, wall: () => (now += 1000) }, silent)

const random = rng('brought')
const unit = (g: Graph, rows: Tensor): Tensor => g.l2Normalize(rows)
/** Towers of 12 dimensions over topics and history. */
const towers = (shape = unit): { user: Uint8Array; item: Uint8Array } => {
  const side = (name: string, input: string, width: number): Uint8Array => {
    const g = graph()
    const table = g.table('topics', 1024, 12, init.normal(random.fork('topics'), 1))
    const ids = g.input(input, 'int32', [name, width])
    return exportModel(g, {
      embedding: shape(g, g.reduceMean(g.gather(table, ids), { axes: [1] })),
    })
  }
  return {
    user: side('viewers', 'viewer.historyTopics', HISTORY),
    item: side('rows', 'item.topics', ITEM_TOPICS),
  }
}
const ranker = (p: (g: Graph, logit: Tensor) => Tensor, heads: readonly string[] = HEADS) => {
  const g = graph()
  const dense = g.input('candidate.dense', 'float32', ['rows', CANDIDATE_DENSE])
  const logit = g.mul(g.reduceSum(dense, { axes: [1] }), 0.01)
  return exportModel(g, Object.fromEntries(heads.map(head => [head, p(g, logit)])))
}

describe('importModels', () => {
  it('makes a bundle of its base and a ranker from elsewhere, which serves once it is promoted', async () => {
    const path = file(
      'ranker',
      ranker((g, logit) => g.sigmoid(logit)),
    )
    const { bundle, ...report } = await bring(`second-stage=${path}`)
    expect(report).toEqual({ from: 'first', imported: ['second-stage'] })
    const manifest = await readManifest(join(home.bundles, bundle))
    expect(manifest).toMatchObject({ origin: { bundle: 'first', imported: ['second-stage'] } })
    const base = await readManifest(join(home.bundles, 'first'))
    for (const name of Object.keys(base.files).filter(name => name !== 'second-stage.onnx')) {
      expect(manifest.files[name]).toEqual(base.files[name])
    }
    expect(readFileSync(join(home.bundles, bundle, 'second-stage.onnx'))).toEqual(
      readFileSync(path),
    )
    await inspectBundle(home, bundle, () => now)
    const promotion = await promoteBundle(home, bundle, { wall: () => now }, silent)
    expect(promotion).toMatchObject({ promoted: true, from: 'first', failures: [] })
  })

  it('takes towers of another dimension, and embeds every item anew', async () => {
    const { user, item } = towers()
    const { bundle } = await bring(
      `retrieval-user=${file('user', user)}`,
      `retrieval-item=${file('item', item)}`,
    )
    const { dimension, files } = await readManifest(join(home.bundles, bundle))
    expect(dimension).toBe(12)
    expect(files['vectors.f32']!.bytes).toBe(200 * 12 * 4)
    await inspectBundle(home, bundle, () => now)
  })
})

describe('a model is refused', () => {
  const refused = (...models: readonly string[]) => expect(bring(...models)).rejects

  it('that is named by no model, or that is no file', async () => {
    await refused('third-stage=x.onnx').toMatchObject({ code: 'USAGE' })
    await refused('second-stage').toMatchObject({ code: 'USAGE' })
    await refused(`second-stage=${join(folder, 'absent.onnx')}`).toMatchObject({
      code: 'IMPORT_FILE',
      field: 'second-stage',
    })
  })

  it('without the tower that it belongs to', () =>
    refused(`retrieval-user=${file('half', towers().user)}`).toMatchObject({
      code: 'USAGE',
      field: 'retrieval-item',
      message: 'retrieval-user is given without retrieval-item: they only fit each other',
    }))

  it('with an input of another width, by its name', async () => {
    const g = graph()
    const dense = g.input('viewer.dense', 'float32', ['viewers', VIEWER_DENSE + 1])
    const wrong = exportModel(g, {
      embedding: g.matmul(dense, g.parameter('w', [VIEWER_DENSE + 1, 12], init.zeros)),
    })
    await refused(
      `retrieval-user=${file('wide', wrong)}`,
      `retrieval-item=${file('item', towers().item)}`,
    ).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'viewer.dense',
      message:
        'retrieval-user.onnx: input viewer.dense is float32 [viewers, 21], expected float32 [rows, 20]',
    })
  })

  it('without a head, by its name', () =>
    refused(
      `second-stage=${file(
        'headless',
        ranker((g, logit) => g.sigmoid(logit), HEADS.slice(1)),
      )}`,
    ).toMatchObject({ code: 'MODEL_SIGNATURE', field: 'click' }))

  it('that is truncated', () => {
    const whole = ranker((g, logit) => g.sigmoid(logit))
    return refused(`second-stage=${file('torn', whole.subarray(0, 500))}`).toMatchObject({
      code: 'MODEL_SIGNATURE',
      field: 'second-stage.onnx',
      message: expect.stringMatching(/^second-stage\.onnx cannot be loaded: /) as string,
    })
  })

  it('of an opset that is too new', () => {
    const bytes = ranker((g, logit) => g.sigmoid(logit))
    // opset_import { domain: "", version: n }: field 8 of 4 bytes, the last of them n.
    const at = bytes.findLastIndex((byte, i) => byte === 0x42 && bytes[i + 1] === 4)
    bytes[at + 5] = 99
    return refused(`second-stage=${file('future', bytes)}`).toMatchObject({
      code: 'MODEL_SIGNATURE',
      message: expect.stringMatching(
        /^second-stage\.onnx cannot be loaded: it is of opset 99, this ONNX Runtime reads up to \d+$/,
      ) as string,
      hint: expect.stringMatching('opset') as string,
    })
  })

  it('that answers NaN, or what is no probability', async () => {
    const nan = ranker((g, logit) => g.sqrt(g.add(g.mul(g.mul(logit, logit), -1), -1)))
    await refused(`second-stage=${file('nan', nan)}`).toMatchObject({
      code: 'MODEL_OUTPUT',
      field: 'click',
      message: 'second-stage.onnx: output click is NaN for item item-0, and no probability',
    })
    await refused(
      `second-stage=${file(
        'logits',
        ranker((g, logit) => g.add(logit, 5)),
      )}`,
    ).toMatchObject({ code: 'MODEL_OUTPUT', field: 'click' })
  })

  it('that gives no unit vectors where it should', async () => {
    const { user, item } = towers((g, rows) => g.mul(rows, 3))
    await refused(
      `retrieval-user=${file('long-user', user)}`,
      `retrieval-item=${file('long-item', item)}`,
    ).toMatchObject({
      code: 'MODEL_OUTPUT',
      field: 'embedding',
      message: expect.stringMatching('towers of retrieval give unit vectors') as string,
    })
  })
})
