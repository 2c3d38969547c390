import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Order, Report, WorkerOptions } from './orders.ts'
import type { Stage } from './schedule.ts'

interface Member {
  readonly child: ChildProcess
  heard: number
  /** What kept it from going on when it last said so. */
  trouble: string | undefined
  /** Out of the group: left, or not heard of for a session. */
  out: boolean
}

/** A member that is not heard of for so long is taken for dead, and its partitions are given to others. */
const SESSION = 1500
const CHECK = 100
/** How long a member waits for the stage at which it is to be hit. */
export const TRAP = 200

export interface GroupOptions {
  readonly members: number
  readonly partitions: number
  /** The file that a member runs. */
  readonly worker: string
  /** What a member that leaves has time for. */
  readonly leaveMs: number
  readonly optionsOf: (member: number) => WorkerOptions
}

/**
 * A consumer group as Kafka has it: members in processes, partitions among those that are alive, committed offsets. A
 * member that was frozen beyond its session goes on with what it had until it hears that it is another's. Where a real
 * Kafka does all that, its members don't listen.
 */
export const startGroup = ({
  members: count,
  partitions,
  worker,
  leaveMs,
  optionsOf,
}: GroupOptions) => {
  const committed = Array.from({ length: partitions }, () => 0)
  const members = new Map<number, Member>()
  const deaths: string[] = []
  let refused = 0
  let starts = 0
  let over = false

  const tell = (member: Member, order: Order): void => {
    if (member.child.connected) member.child.send(order, () => {})
  }
  const assign = (): void => {
    const alive = [...members].filter(([, member]) => !member.out).map(([, member]) => member)
    for (const [i, member] of alive.entries()) {
      const own = committed
        .map((offset, partition) => [partition, offset] as const)
        .filter(([partition]) => partition % alive.length === i)
      tell(member, { assign: own })
    }
  }

  const join = (index: number): void => {
    if (over || members.has(index)) return
    starts++
    const child = fork(fileURLToPath(new URL(worker, import.meta.url)), [
      JSON.stringify(optionsOf(index)),
    ])
    const member: Member = { child, heard: Date.now(), trouble: undefined, out: true }
    members.set(index, member)
    child.on('message', (report: Report) => {
      member.heard = Date.now()
      if ('commit' in report) {
        const [partition, offset] = report.commit
        committed[partition] = offset
      } else if ('refused' in report) refused++
      else if ('trouble' in report) member.trouble = report.trouble
      else if ('died' in report) deaths.push(report.died)
      if (!member.out || members.get(index) !== member) return
      member.out = false
      assign()
    })
    child.on('exit', () => {
      if (members.get(index) !== member) return
      members.delete(index)
      if (!member.out) assign()
    })
  }

  const check = setInterval(() => {
    let changed = false
    for (const member of members.values()) {
      if (member.out || Date.now() - member.heard < SESSION) continue
      member.out = changed = true
    }
    if (changed) assign()
  }, CHECK)
  for (let index = 0; index < count; index++) join(index)

  return {
    committed: (): readonly number[] => committed,
    refused: (): number => refused,
    starts: (): number => starts,
    /** Why workers ended by themselves: none should. */
    deaths: (): readonly string[] => deaths,
    /** What keeps members from going on, and who is not there. */
    troubles: (): readonly string[] =>
      Array.from({ length: count }, (_, index) => {
        const member = members.get(index)
        if (member === undefined) return [`processor ${index} is not there`]
        if (member.out) return [`processor ${index} is out of the group`]
        return member.trouble === undefined ? [] : [`processor ${index}: ${member.trouble}`]
      }).flat(),
    alive: (): number => [...members.values()].filter(({ out }) => !out).length,
    join,
    leave: (index: number): void => {
      const member = members.get(index)
      if (member === undefined) return
      members.delete(index)
      tell(member, { leave: true })
      // One that is frozen hears nothing.
      setTimeout(() => member.child.kill('SIGKILL'), leaveMs)
      assign()
    },
    /** Makes the member signal itself at a stage of its next batch; where it has none in time, anywhere. */
    hit: (index: number, signal: 'SIGKILL' | 'SIGSTOP', stage: Stage): void => {
      const member = members.get(index)
      if (member === undefined) return
      tell(member, { trap: stage, signal, until: Date.now() + TRAP })
      setTimeout(() => member.child.kill(signal), TRAP)
    },
    thaw: (index: number): void => void members.get(index)?.child.kill('SIGCONT'),
    close: async (): Promise<void> => {
      over = true
      clearInterval(check)
      const exits = [...members.values()].map(
        ({ child }) => new Promise<void>(resolve => child.once('exit', () => resolve())),
      )
      for (const { child } of members.values()) child.kill('SIGKILL')
      await Promise.all(exits)
    },
  }
}
