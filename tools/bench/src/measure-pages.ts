import type { Home } from '@explore/embedded'
import { cpuPerCall } from './cpu-time.ts'
import type { Figure } from './figures.ts'
import { kernels, type Sample, sumOf } from './kernels.ts'
import { LIMIT, pageSamples, SAMPLES } from './page-samples.ts'
import { median, rangeOf } from './statistics.ts'

/**
 * Viewers whose kernels one round runs, and its pages. Rounds are short and many: a shared machine changes its speed
 * within a second, and a pair must find the same one.
 */
const ROUND = 10
const ROUNDS = 200

/** See `benchPages`; on the calling thread. */
export const measurePages = async (
  home: Home,
  users: readonly string[],
): Promise<readonly Figure[]> => {
  const { page, parts, samples, close } = await pageSamples(home, users)
  try {
    const raw = new Map<string, number[]>()
    const sums: number[] = []
    const hot: number[] = []
    const pages: number[] = []
    const steps = new Map<string, number[]>()
    const note = (into: Map<string, number[]>, name: string, value: number): void => {
      if (!into.has(name)) into.set(name, [])
      into.get(name)!.push(value)
    }
    const partOf = (round: number): readonly Sample[] => {
      const from = (round * ROUND) % SAMPLES
      return samples.slice(from, from + ROUND)
    }
    const arms = {
      kernels: async (): Promise<void> => {
        // Each half works on viewers whose rows the other has not just left in a cache.
        const times = await kernels(parts, partOf(sums.length), 'as page')
        hot.push(sumOf(await kernels(parts, partOf(sums.length + SAMPLES / ROUND / 2), 'hot')))
        for (const [name, ms] of times) note(raw, name, ms)
        sums.push(sumOf(times))
      },
      pages: async (): Promise<void> => {
        pages.push(await cpuPerCall(ROUND, async () => JSON.stringify(await page())))
        for (const { step, ms } of (await page(true)).trace ?? []) note(steps, step, ms)
      },
    }
    // Kernels and whole pages take turns, A B B A: a slow minute of the machine hits both.
    for (let round = 0; round < ROUNDS; round++) {
      const [first, second] =
        round % 2 === 0 ? [arms.kernels, arms.pages] : [arms.pages, arms.kernels]
      await first()
      await second()
    }
    const over = (kernels: readonly number[]) => pages.map((ms, round) => ms / kernels[round]!)
    const ratios = over(sums)
    const sizes = [median(samples.map(({ k }) => k)), median(samples.map(s => s.candidates.length))]
    return [
      ...[...raw].map(([name, ms]) => ({
        name: `kernel: ${name}`,
        value: median(ms) * 1000,
        unit: 'µs CPU',
      })),
      {
        name: 'K, sum of kernels',
        value: median(sums),
        unit: 'ms CPU',
        note: `search for ${sizes[0]}, ${sizes[1]} candidates, medians`,
      },
      {
        name: 'page, whole',
        value: median(pages),
        unit: 'ms CPU',
        note: `${new Set(users).size} viewers drawn by activity, ${LIMIT} items`,
      },
      {
        name: 'CPU per request ÷ kernels',
        value: median(ratios),
        unit: 'ratio',
        bound: { most: 1.5 },
        note: `median of ${ROUNDS} rounds, ${rangeOf(ratios)}`,
      },
      {
        name: 'CPU per request ÷ hot kernels',
        value: median(over(hot)),
        unit: 'ratio',
        note: `${(median(hot) * 1000).toFixed(0)} µs, each kernel by itself; ${rangeOf(over(hot))}`,
      },
      ...[...steps].map(([name, ms]) => ({
        name: `step: ${name}`,
        value: median(ms) * 1000,
        unit: 'µs',
        note: 'by the clock',
      })),
    ]
  } finally {
    await close()
  }
}
