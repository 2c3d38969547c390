import { restClient } from '@explore/rest'
import type { ExploreService } from '@explore/explore'
import { launch, type Run, type RunOptions, type Running } from './run-explore.ts'

export interface Answer {
  readonly status: number
  // The wire is what is tested: its bodies have no type but what a test expects of them.
  readonly body: any
}

export interface Server extends Running {
  readonly url: string
  readonly client: ExploreService
  /** One exchange; a string or a buffer is sent as it is, anything else as JSON. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>
  readonly stop: (signal?: NodeJS.Signals) => Promise<Run>
}

/** Starts a server on a free port; resolves when it has said that it serves. */
export const serveHome = async (
  home: string,
  args: readonly string[] = [],
  options?: RunOptions,
): Promise<Server> => {
  const running = launch(['start', '--port', '0', '--no-demo', '--home', home, ...args], options)
  const [, url] = await running.says(/Explore serves on (http:\S+)[^]*Ctrl-C/)
  return {
    ...running,
    url: url!,
    client: await restClient(url!),
    call: (method, path, body) => exchange(url + path, method, body),
    stop: (signal = 'SIGTERM') => {
      running.process.kill(signal)
      return running.ended
    },
  }
}

export const exchange = async (url: string, method: string, body?: unknown): Promise<Answer> => {
  const raw = typeof body === 'string' || Buffer.isBuffer(body)
  const answer = await fetch(url, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: raw ? body : JSON.stringify(body),
    }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}
