import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  loadBundle,
  lmdbEventLog,
  lmdbProfileStore,
  lmdbStateStore,
  openLmdb,
  writeBundle,
} from '@explore/adapters'
import {
  type Bundle,
  Catalogue,
  processor,
  type Settings,
  writeLongTermLists,
  writePopularLists,
} from '@explore/explore'
import { logBatches, trainAll } from '@explore/learn'
import type { Dataset } from '../dataset.ts'
import type { EvaluationInput } from '../evaluation.ts'
import type { Served } from './served.ts'

const BATCH = 10_000

/**
 * Makes a whole Explore of a dataset, as import, train and off-peak would: stores, models, lists, as of just after
 * its last event. `close` removes it.
 */
export const serveDataset = async (
  { users, items, events, attributes }: Dataset,
  settings: Settings,
  { onProgress, signal, seed }: Pick<EvaluationInput, 'onProgress' | 'signal'> & { seed: number },
): Promise<Served> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-evaluate-'))
  const env = openLmdb(join(folder, 'db'), { durable: false })
  const [log, state, profiles] = [lmdbEventLog(env), lmdbStateStore(env), lmdbProfileStore(env)]
  let bundle: Bundle | undefined
  const close = async (): Promise<void> => {
    await bundle?.close()
    await env.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await profiles.putItems(items)
    await profiles.putUsers([...users.values()])
    for (let from = 0; from < events.length; from += BATCH) {
      signal.throwIfAborted()
      await log.append(events.slice(from, from + BATCH))
    }
    const catalogue = new Catalogue()
    const stream = processor({ log, state, profiles, catalogue, settings })
    for (let folded = 0, n = 1; n > 0; folded += n) {
      signal.throwIfAborted()
      n = await stream.step(BATCH)
      onProgress('fold', Math.min(1, (folded + n) / events.length))
    }
    await profiles.sync(catalogue)
    const artifacts = await trainAll({
      events: logBatches(log),
      catalogue,
      attributes,
      settings,
      seed,
      processes: 1,
      onProgress,
      signal,
    })
    const { catalogueId } = profiles
    const now = events.reduce((last, { time }) => Math.max(last, time), 0) + 1
    const dir = join(folder, 'bundles')
    const info = { id: 'evaluated', createdAt: now, seed, catalogueId, catalogue }
    await writeBundle(dir, artifacts, { ...info, items: catalogue.size })
    bundle = await loadBundle(join(dir, info.id), {
      catalogue,
      catalogueId,
      counters: wanted => state.counters(wanted),
      now: () => now,
    })
    const { retriever } = bundle
    await writePopularLists({ state, profiles, catalogue }, settings, now)
    await writeLongTermLists({ state, profiles, catalogue, retriever }, now)
    return {
      stores: { state, catalogue, bundle },
      settings,
      now,
      user: id => profiles.user(id),
      log,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
