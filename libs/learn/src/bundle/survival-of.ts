import { type Bundle, decodeUserState, type Settings } from '@explore/explore'
import type { Examples } from '../examples/replay.ts'
import { keptByRank } from '../first-stage/kept-by-rank.ts'
import { teacherOf } from '../first-stage/teacher.ts'
import { rng } from '../rng.ts'

const KEPT = 100
const BEST = 25
/** Candidates of a request: what retrieval finds, and as many of the whole pool. */
const FOUND = 200
const DRAWN = 200

/** How much of the second stage's best survives the first stage, over the requests of the examples. */
export const survivalOf = async (
  { retriever, firstStage, secondStage }: Bundle,
  { requests, viewers, catalogue }: Examples,
  /** [catalogue.size, CANDIDATE_DENSE] */
  dense: Float32Array,
  settings: Settings,
): Promise<{ requests: number; survival: number; broken: string | undefined }> => {
  const teacher = teacherOf(secondStage, { catalogue, viewers, dense, settings })
  const random = rng('survival')
  const servable = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
  let measured = 0
  let sum = 0
  for (const request of requests) {
    const viewer = viewers.gather([request.viewer])
    const query = await retriever.embed(viewer)
    if (!query.every(Number.isFinite)) continue
    const found = new Set((await retriever.search(query, FOUND)).items)
    for (let i = 0; i < DRAWN && servable.length > 0; i++) {
      found.add(servable[random.int(servable.length)])
    }
    const items = Uint32Array.from(found)
    // Of so few none is lost, which says nothing.
    if (items.length <= KEPT) continue
    const light = await firstStage.score(viewer, items)
    if (!light.every(Number.isFinite)) {
      return { requests: measured, survival: NaN, broken: 'first-user embedding' }
    }
    const asked = { ...request, state: decodeUserState(request.state) }
    const [values] = await teacher([asked], [items])
    sum += keptByRank(values, light, KEPT, BEST)
    measured++
  }
  return { requests: measured, survival: measured > 0 ? sum / measured : NaN, broken: undefined }
}
