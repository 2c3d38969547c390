import { setTimeout } from 'node:timers/promises'
import { holderOf, homeAt } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { between, type Sample, samplesOf } from '@explore/observe'
import { type Look, topView } from '../terminal/top-view.ts'

export interface TopOptions {
  readonly home: string
  readonly every: number
  readonly once?: boolean
}

/** Clears the screen, and goes to its corner. */
const CLEAR = '\x1b[2J\x1b[H'
const TIMEOUT = 5000

/** Draws the services at `urls`, or the home's own server, anew every few seconds until Ctrl-C. */
export const top = async (urls: readonly string[], options: TopOptions): Promise<void> => {
  const services = urls.length > 0 ? urls : [await ownServer(options.home)]
  let before = await Promise.all(services.map(look))
  for (;;) {
    await setTimeout(options.every * 1000)
    const after = await Promise.all(services.map(look))
    const looks = after.map((now, i): Look => {
      const url = services[i]!
      const then = before[i]!
      if ('problem' in now) return { url, problem: now.problem }
      const [earlier, since] = 'problem' in then ? [now.samples, now.at] : [then.samples, then.at]
      return { url, now: between(earlier, now.samples, Math.max(0.001, (now.at - since) / 1000)) }
    })
    console.log(`${process.stdout.isTTY && !options.once ? CLEAR : ''}${topView(looks)}`)
    if (options.once) return
    before = after
  }
}

type Seen =
  { readonly samples: readonly Sample[]; readonly at: number } | { readonly problem: string }

const look = async (url: string): Promise<Seen> => {
  const { EXPLORE_KEY: key } = process.env
  try {
    const reply = await fetch(`${url.replace(/\/+$/, '')}/metrics`, {
      signal: AbortSignal.timeout(TIMEOUT),
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    })
    const text = await reply.text()
    if (!reply.ok) return { problem: `answers ${reply.status}: ${text.slice(0, 200)}` }
    return { samples: samplesOf(text), at: performance.now() }
  } catch (error) {
    return { problem: `cannot be reached: ${(error as Error).message}` }
  }
}

const ownServer = async (home: string): Promise<string> => {
  const holder = await holderOf(homeAt(home))
  if (holder?.url !== undefined) return holder.url
  throw new ExploreError('SERVER_UNREACHABLE', `no server runs on ${home}`, {
    hint: 'start it: `explore start`, or name the URLs of services',
  })
}
