import { expect, it } from 'vitest'
import { datasetOf } from './dataset.ts'
import { runEvaluation } from './run-evaluation.ts'

const context = {
  now: () => Date.UTC(2026, 0, 15),
  onProgress: () => {},
  signal: new AbortController().signal,
  home: async () => datasetOf('empty', { items: [], users: [], events: [] }),
}

it('refuses a protocol that the evaluation does not have, and names those that it has', async () => {
  const call = { name: 'retrieval', protocol: 'moon', seeds: 1, flags: {} } as const
  await expect(runEvaluation(call, context)).rejects.toMatchObject({
    code: 'USAGE',
    hint: expect.stringContaining('kuairand') as string,
  })
})

it('says what is missing in data that has nothing to find', async () => {
  const call = { name: 'retrieval', seeds: 1, flags: {} } as const
  await expect(runEvaluation(call, context)).rejects.toMatchObject({ code: 'TRAIN_DATA' })
})
