import { randomOf } from '@explore/explore'
import { expect, test } from 'vitest'
import { type AdaptiveLimit, adaptiveLimit } from './adaptive-limit.ts'

interface Simulated {
  readonly threads: number
  /** Milliseconds of work of one request, at a time. */
  readonly work: (time: number) => number
  /** Arrivals as a multiple of what the threads can do. */
  readonly load: number
  readonly seconds: number
  readonly deadline?: number
}

/** Latencies count from then on. */
const LEARNT = 10_000

/** A queue before a few threads, with random arrivals and random work, in virtual time; what was served in time of what could be. */
const simulate = ({ threads, work, load, seconds, deadline = 500 }: Simulated) => {
  const random = randomOf('queue')
  const drawn = () => -Math.log(1 - random())
  let time = 0
  const limit: AdaptiveLimit = adaptiveLimit({ target: () => 150, now: () => time })
  const free = Array.from({ length: threads }, () => 0)
  const ends: { at: number; from: number; end: () => void }[] = []
  const latencies: number[] = []
  let [arrived, shed, good, capacity] = [0, 0, 0, 0]
  let arrival = 0
  while (arrival < seconds * 1000) {
    const due = ends[0]
    if (due !== undefined && due.at <= arrival) {
      time = due.at
      ends.shift()
      due.end()
      if (time > LEARNT) latencies.push(due.at - due.from)
      if (due.at - due.from <= deadline) good++
      continue
    }
    time = arrival
    arrived++
    const leave = limit.enter()
    if (leave === undefined) shed++
    else {
      // First come, first served: the thread that is free first takes it.
      const thread = free.indexOf(Math.min(...free))
      const at = Math.max(time, free[thread]!) + work(time) * (0.5 + drawn() / 2)
      free[thread] = at
      ends.push({ at, from: time, end: () => leave('served') })
      ends.sort((a, b) => a.at - b.at)
    }
    const gap = (work(time) / threads / load) * drawn()
    capacity += gap / (work(time) / threads)
    arrival += gap
  }
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    ...{ limit: limit.limit(), shed: shed / arrived, goodput: good / capacity },
    p99: sorted[Math.floor(sorted.length * 0.99)]!,
  }
}

test.each([
  ['two threads', 2, 10],
  ['one slow thread', 1, 60],
  ['a fleet', 24, 20],
])('at twice of what %s can do, nearly all that can be done is done in time', (_, threads, ms) => {
  const { goodput, shed, p99 } = simulate({ threads, work: () => ms, load: 2, seconds: 40 })
  expect(goodput).toBeGreaterThan(0.9)
  expect(shed).toBeLessThan(0.56)
  expect(p99).toBeLessThan(500)
})

test('a long overload is not mistaken for slow work', () => {
  const { limit, p99 } = simulate({ threads: 2, work: () => 10, load: 5, seconds: 300 })
  expect(limit).toBeLessThan(60)
  expect(p99).toBeLessThan(400)
})

test.each([0.3, 0.5, 0.7])('at %f of what it can do, nobody is refused', load => {
  expect(simulate({ threads: 2, work: () => 10, load, seconds: 600 }).shed).toBeLessThan(1e-4)
})

test('work that becomes slower, and fast again, is followed', () => {
  const work = (time: number) => (time > 60_000 && time < 120_000 ? 40 : 10)
  const { goodput, p99 } = simulate({ threads: 4, work, load: 2, seconds: 240 })
  expect(goodput).toBeGreaterThan(0.9)
  expect(p99).toBeLessThan(500)
})

test('work slower than the target is done all the same, one after the other', () => {
  const slow = { threads: 4, work: () => 400, load: 2, seconds: 600, deadline: 5000 }
  expect(simulate(slow).goodput).toBeGreaterThan(0.85)
})

test('what fails at once does not count as fast, and what is late lowers the limit', () => {
  let time = 0
  const limit = adaptiveLimit({ target: () => 150, now: () => time })
  const before = limit.limit()
  for (let i = 0; i < 1000; i++) limit.enter()!('failed')
  expect([limit.limit(), limit.running()]).toEqual([before, 0])
  const leave = limit.enter()!
  time += 1000
  leave('late')
  expect(limit.limit()).toBeLessThan(before)
})
