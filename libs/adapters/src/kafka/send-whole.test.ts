import { expect, it } from 'vitest'
import type { KafkaLink } from './open-kafka.ts'
import { sendWhole } from './send-whole.ts'

interface Sent {
  readonly messages: readonly { readonly key: string; readonly partition: number }[]
}

/** A producer that answers as kafkajs does while a leader dies: without the partitions `forgotten` in this call. */
const linkThat = (forgotten: (call: number) => readonly number[]) => {
  const calls: Sent[] = []
  const send = async (request: Sent) => {
    calls.push(request)
    const lost = forgotten(calls.length)
    const partitions = new Set(request.messages.map(({ partition }) => partition))
    return [...partitions].filter(each => !lost.includes(each)).map(partition => ({ partition }))
  }
  const link = {
    producer: async () => ({ send }),
    attempt: <T>(work: () => Promise<T>) => work(),
    target: { name: 'kafka://test' },
  } as unknown as KafkaLink
  return { link, calls }
}
const place = { topic: 't', partitions: 4 }
const messages = Array.from({ length: 20 }, (_, i) => ({ key: `u${i}`, value: Buffer.from('x') }))

it('sends again, and only, what no partition has acknowledged', async () => {
  const { link, calls } = linkThat(call => (call === 1 ? [1, 2] : call === 2 ? [2] : []))
  await sendWhole(link, place, messages)
  const partitions = calls.map(({ messages }) => [
    ...new Set(messages.map(({ partition }) => partition)),
  ])
  expect(partitions.map(each => each.toSorted())).toEqual([[0, 1, 2, 3], [1, 2], [2]])
  const keys = (call: number) => calls[call]!.messages.map(({ key }) => key)
  expect(keys(1)).toEqual(
    calls[0]!.messages.filter(({ partition }) => [1, 2].includes(partition)).map(({ key }) => key),
  )
})

it('rejects where nothing is acknowledged', async () => {
  const { link } = linkThat(() => [0, 1, 2, 3])
  await expect(sendWhole(link, place, messages)).rejects.toMatchObject({ code: 'LOG_UNREACHABLE' })
})
