import {
  ExploreError,
  type ExploreService,
  type ForgetReport,
  type Health,
  type Id,
  type Item,
  type Page,
  type Settings,
  type User,
  type UserExport,
  type Verdict,
} from '@explore/explore'
import { errorOfProblem } from './problem.ts'

export interface RestClientOptions {
  /** Time for one exchange. */
  readonly timeoutMs?: number
  /** An API key or a token, for a server that asks for one. */
  readonly key?: string | undefined
}

interface Receipt {
  readonly verdicts: readonly Verdict[]
}

/**
 * The operations of the server at `baseUrl`. Its errors come back as they were thrown there; where no
 * Explore server answers, SERVER_UNREACHABLE. `settings()` is what the server had in force when the
 * client was made, or after the client's last change.
 */
export const restClient = async (
  baseUrl: string | URL,
  { timeoutMs = 60_000, key }: RestClientOptions = {},
): Promise<ExploreService> => {
  const base = String(baseUrl).replace(/\/+$/, '')

  /** The reply's body where its status is 2xx or `also` accepts it; else throws. */
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    also: (body: object) => boolean = () => false,
  ): Promise<T> => {
    const reply = await exchange(method, base + path, body, { timeoutMs, key })
    if (reply.status === 204) return undefined as T
    const answer: unknown = await reply.json().catch(() => undefined)
    if (typeof answer === 'object' && answer !== null) {
      if (reply.ok || also(answer)) return answer as T
      const error = errorOfProblem(answer)
      if (error !== undefined) throw error
    }
    throw stranger(`${method} ${base}${path} answered ${reply.status}`)
  }

  const settingsOf = ({
    settings,
  }: {
    settings?: Record<string, { value: unknown }>
  }): Settings => {
    if (typeof settings !== 'object') throw stranger(`${base} answered without settings`)
    const values = Object.entries(settings).map(([key, { value }]) => [key, value])
    return Object.fromEntries(values) as Settings
  }

  const unlessForbidden = (error: unknown): ExploreError => {
    if (error instanceof ExploreError && error.code === 'FORBIDDEN') return error
    throw error
  }
  // A viewer's key has pages and events, and no settings.
  let settings = await call<object>('GET', '/v1/settings').then(settingsOf, unlessForbidden)

  const collection = <T extends Item | User>(name: 'item' | 'user') => {
    const all = `/v1/${name}s`
    return {
      put: async (records: readonly T[]): Promise<void> => {
        if (records.length > 0) await call('PUT', all, records)
      },
      get: (id: Id): Promise<T | undefined> =>
        call<T>('GET', `${all}/${encodeURIComponent(id)}`).catch((error: unknown) => {
          const unknown = `${name.toUpperCase()}_UNKNOWN`
          if (error instanceof ExploreError && error.code === unknown) return undefined
          throw error
        }),
      list: async (after: Id | undefined, limit: number): Promise<readonly T[]> =>
        (await call<Record<string, readonly T[]>>('GET', all + query({ after, limit })))[
          `${name}s`
        ]!,
      remove: async (ids: readonly Id[]): Promise<readonly Id[]> =>
        ids.length === 0 ? [] : (await call<{ deleted: Id[] }>('DELETE', all, { ids })).deleted,
    }
  }
  const items = collection<Item>('item')
  const users = collection<User>('user')

  return {
    page: ({ userId, ...rest }) =>
      call<Page>('GET', `/v1/explore/${encodeURIComponent(userId)}${query(rest)}`),
    record: async rows =>
      rows.length === 0
        ? []
        : (await call<Receipt>('POST', '/v1/events', rows, body => 'verdicts' in body)).verdicts,
    putItems: items.put,
    item: items.get,
    items: items.list,
    deleteItems: items.remove,
    putUsers: users.put,
    user: users.get,
    users: users.list,
    deleteUsers: users.remove,
    forgetUser: id => call<ForgetReport>('POST', `/v1/users/${encodeURIComponent(id)}/forget`),
    exportUser: id => call<UserExport>('GET', `/v1/users/${encodeURIComponent(id)}/export`),
    settings: () => {
      if (settings instanceof ExploreError) throw settings
      return settings
    },
    changeSettings: async changes =>
      (settings = settingsOf(await call('PATCH', '/v1/settings', changes))),
    health: () => call<Health>('GET', '/v1/health/ready', undefined, body => 'ready' in body),
  }
}

const stranger = (message: string): ExploreError =>
  new ExploreError('SERVER_UNREACHABLE', message, {
    hint: 'something else than an Explore server answers there: correct the address',
  })

const query = (parameters: Readonly<Record<string, unknown>>): string => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, `${value}`]))}`
}

const exchange = async (
  method: string,
  url: string,
  body: unknown,
  { timeoutMs = 60_000, key }: RestClientOptions,
): Promise<Response> => {
  try {
    return await fetch(url, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch (cause) {
    const { message } = ((cause as Error).cause as Error | undefined) ?? (cause as Error)
    throw new ExploreError('SERVER_UNREACHABLE', `${url}: ${message}`, { cause })
  }
}
