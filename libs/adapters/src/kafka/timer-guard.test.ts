import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { loadKafkajs } from './load-kafkajs.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'
import { guardTimers } from './timer-guard.ts'

afterEach(() => void vi.useRealTimers())

describe('the guard', () => {
  class Queue {
    throttledUntil = -1
    throttleCheckTimeoutId: NodeJS.Timeout | null = null
    pending: unknown[] = []
    checks = 0
    declare scheduleCheckPendingRequests: () => void
    checkPendingRequests(): void {
      this.checks++
    }
  }
  guardTimers(Queue.prototype, () => Date.now())

  it('sets no timer while nothing waits', () => {
    vi.useFakeTimers()
    new Queue().scheduleCheckPendingRequests()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('looks again for what waits, when the broker lets it', () => {
    vi.useFakeTimers()
    const queue = new Queue()
    queue.pending.push('request')
    queue.throttledUntil = Date.now() + 500
    queue.scheduleCheckPendingRequests()
    queue.scheduleCheckPendingRequests()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(499)
    expect(queue.checks).toBe(0)
    vi.advanceTimersByTime(1)
    expect([queue.checks, queue.throttleCheckTimeoutId]).toEqual([1, null])
  })
})

describe('an idle client', () => {
  const kafka = kafkaForTests()

  it('sleeps', async () => {
    const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
      prototype: { checkPendingRequests: () => void }
    }
    loadKafkajs()
    const checks = vi.spyOn(prototype, 'checkPendingRequests')
    const link = await kafka.open()
    await link.producer()
    checks.mockClear()
    await sleep(1000)
    // Without the guard it is some 10,000.
    expect(checks.mock.calls.length).toBeLessThan(50)
    checks.mockRestore()
  })
})
