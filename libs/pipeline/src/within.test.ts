import { expect, it } from 'vitest'
import { within } from './within.ts'

const aborted = AbortSignal.abort(new Error('late'))

it('passes on what is there already, even when it is late', () => {
  expect(within(7, aborted)).toBe(7)
})

it('passes on what comes in time, and its failure', async () => {
  const { signal } = new AbortController()
  expect(await within(Promise.resolve(7), signal)).toBe(7)
  await expect(within(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken')
})

it('gives up when the signal does', async () => {
  const control = new AbortController()
  const race = within(new Promise(() => {}), control.signal)
  control.abort(new Error('late'))
  await expect(race).rejects.toThrow('late')
  await expect(within(new Promise(() => {}), aborted)).rejects.toThrow('late')
})

it('takes a late failure, whether the signal was aborted before or meanwhile', async () => {
  const unheard: unknown[] = []
  const hear = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', hear)
  const control = new AbortController()
  const fails = async () => {
    await new Promise(resolve => setTimeout(resolve, 5))
    throw new Error('nobody hears')
  }
  const races = [within(fails(), aborted), within(fails(), control.signal)]
  control.abort(new Error('late'))
  for (const race of races) await expect(race).rejects.toThrow('late')
  await new Promise(resolve => setTimeout(resolve, 20))
  process.off('unhandledRejection', hear)
  expect(unheard).toEqual([])
})
