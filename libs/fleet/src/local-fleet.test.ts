import { expect, it } from 'vitest'
import { type FleetOptions, localFleet } from './local-fleet.ts'

const started = (script: string, through: FleetOptions['through'] = async (_, url) => url) =>
  localFleet({
    through,
    ...{ home: 'nowhere', host: '127.0.0.1', port: 0, firstPort: 0, shards: 1, wall: Date.now },
    command: [process.execPath, '-e', script, '--'],
  })

it('tells which service ended before it served, and leaves none of the others', async () => {
  // All but the first stage say that they serve, and would go on for a minute.
  const script = `
    if (process.argv.includes('first-stage')) process.exit(3)
    console.log('explore: something on grpc://127.0.0.1:1')
    setTimeout(() => {}, 60_000)`
  await expect(started(script)).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
    message: 'first-stage ended with 3 before it served',
  })
})

it('fails when a service ends that nobody told to, and draws its health', async () => {
  const script = `
    console.log('explore: something on grpc://127.0.0.1:1')
    setTimeout(() => process.exit(5), process.argv.includes('gateway') ? 1000 : 60_000)`
  const fleet = await started(script)
  expect(fleet.members.map(({ name }) => name)).toEqual([
    'ann-index',
    'value-model-rerank',
    'second-stage-mtml',
    'first-stage',
    'retrieval-sources',
    'gateway',
  ])
  await expect(fleet.failed).rejects.toMatchObject({ message: 'gateway ended with 5' })
  await expect(fleet.members[0]!.health()).resolves.toBe('unreachable')
  await fleet.close()
  expect(fleet.members.map(({ ended }) => ended())).toEqual([...Array(5).fill('SIGTERM'), 5])
})

it('kills a service as a crash would, starts it anew where it was, and puts others in its way', async () => {
  const script = `
    const port = Number(process.argv.at(process.argv.indexOf('--port') + 1)) || 7_000 + process.pid % 1000
    console.log('explore: something on grpc://127.0.0.1:' + port)
    setTimeout(() => {}, 60_000)`
  const asked: string[] = []
  const fleet = await started(script, async (name, url) => {
    asked.push(name)
    return url
  })
  expect(asked.toSorted()).toEqual(fleet.members.map(({ name }) => name).toSorted())
  const member = fleet.members[0]!
  const { pid, url } = member
  let broke = false
  fleet.failed.catch(() => (broke = true))
  await member.kill()
  expect(member.ended()).toBe('SIGKILL')
  await member.again()
  expect(member.ended()).toBeUndefined()
  expect(member.pid).not.toBe(pid)
  expect(member.url).toBe(url)
  await fleet.close()
  expect(member.ended()).toBe('SIGTERM')
  expect(broke).toBe(false)
})
