import {
  eventOf,
  type Message,
  messageOfRecord,
  messageOfSettings,
  recordOf,
  scalarOf,
} from './messages.ts'

/** What a method asks of REST. */
export interface Exchange {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly body?: unknown
}

/** A method as a route: its message as the route's request, the route's answer as its message. */
export interface Method {
  readonly exchange: (message: never) => Exchange
  readonly answer: (body: never) => Message
}

const asItIs = (body: Message): Message => body

const settingsMessage = ({
  settings,
}: {
  readonly settings: Readonly<Record<string, Message>>
}): Message => ({ settings: messageOfSettings(settings) })

/** Each method of explore.v1.Explore. */
export const METHODS: Readonly<Record<string, Method>> = {
  Page: {
    exchange: ({ userId, ...asked }: Message & { readonly userId: string }) => {
      const { limit, cursor, surface, explain, explainItem } = asked
      const parameters = query({ limit, cursor, surface, explain, explainItem })
      return { method: 'GET', url: `/v1/explore/${part(userId)}${parameters}` }
    },
    answer: asItIs,
  },
  RecordEvents: {
    exchange: ({ events }: { readonly events: readonly Message[] }) => ({
      ...{ method: 'POST', url: '/v1/events', body: events.map(eventOf) },
    }),
    answer: asItIs,
  },
  ...collection('item', 'Item'),
  ...collection('user', 'User'),
  ForgetUser: {
    exchange: ({ id }: { readonly id: string }) => ({
      ...{ method: 'POST', url: `/v1/users/${part(id)}/forget` },
    }),
    answer: asItIs,
  },
  ExportUser: {
    exchange: ({ id }: { readonly id: string }) => ({
      ...{ method: 'GET', url: `/v1/users/${part(id)}/export` },
    }),
    answer: (body: Message) => ({ json: JSON.stringify(body) }),
  },
  GetSettings: {
    exchange: () => ({ method: 'GET', url: '/v1/settings' }),
    answer: settingsMessage,
  },
  ChangeSettings: {
    exchange: ({ changes }: { readonly changes: Readonly<Record<string, Message>> }) => ({
      ...{ method: 'PATCH', url: '/v1/settings' },
      body: Object.fromEntries(Object.entries(changes).map(([key, to]) => [key, scalarOf(to)])),
    }),
    answer: settingsMessage,
  },
  Health: {
    exchange: () => ({ method: 'GET', url: '/v1/health/ready' }),
    answer: asItIs,
  },
}

/** The methods of items, or of users. */
function collection(name: 'item' | 'user', Name: string): Readonly<Record<string, Method>> {
  const many = `${name}s`
  const all = `/v1/${many}`
  return {
    [`Put${Name}s`]: {
      exchange: (message: Readonly<Record<string, readonly Message[]>>) => ({
        ...{ method: 'PUT', url: all, body: message[many]!.map(recordOf) },
      }),
      answer: asItIs,
    },
    [`Get${Name}`]: {
      exchange: ({ id }: { readonly id: string }) => ({
        ...{ method: 'GET', url: `${all}/${part(id)}` },
      }),
      answer: (record: Message) => ({ [name]: messageOfRecord(record) }),
    },
    [`List${Name}s`]: {
      exchange: ({ after, limit, ids }: Message & { readonly ids: readonly string[] }) => ({
        method: 'GET',
        url: all + query({ after, limit, ids: ids.length === 0 ? undefined : ids.join(',') }),
      }),
      answer: (body: Message) => ({
        [many]: (body[many] as readonly Message[]).map(messageOfRecord),
        next: body.next,
      }),
    },
    [`Delete${Name}s`]: {
      exchange: ({ ids }: Message) => ({ method: 'DELETE', url: all, body: { ids } }),
      answer: asItIs,
    },
  }
}

/** One part of a path. Dots alone would name another path: encoded twice they stay what is refused as no id. */
const part = (id: string): string =>
  /^\.{1,2}$/.test(id) ? id.replaceAll('.', '%252e') : encodeURIComponent(id)

const query = (parameters: Readonly<Record<string, unknown>>): string => {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, `${value}`]))}`
}
