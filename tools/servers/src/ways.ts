import { containable, whyNotContainable } from './container-image.ts'

const WAYS = ['external', 'containers', 'native'] as const

/** Names the one way in which servers are to be had; unset: the first of these that works here. */
const VARIABLE = 'EXPLORE_SERVERS'

/** How a kind of server can be had. */
export interface Ways<T> {
  /** The variable that holds the address of one that is there already. */
  readonly variable: string
  readonly image: string
  /** Needs processes of this machine: it signals them, or names files to them. */
  readonly local: boolean
  readonly external: (address: string) => T
  readonly contained: () => Promise<T>
  readonly native: () => Promise<T>
}

/** Starts a server in the first way that is open: an address that is given, a container, a process of this machine. */
export const startSomewhere = async <T>(ways: Ways<T>): Promise<T> => {
  const way = wanted()
  const given = process.env[ways.variable]
  if (given !== undefined && (way ?? 'external') === 'external') return ways.external(given)
  if (way === 'external') throw new Error(`${VARIABLE} is external, and ${ways.variable} is unset`)
  if (way === 'native' || (way === undefined && ways.local)) return ways.native()
  if (ways.local) throw new Error(`${VARIABLE} is containers: ${LOCAL}`)
  const why = await containable(ways.image)
  if (why === undefined) return ways.contained()
  if (way === 'containers') throw new Error(why)
  return ways.native()
}

const LOCAL = 'signals, clusters and settings that name files need processes of this machine'

/** Why there is no such server here; undefined where there is. `own`: one whose processes can be signalled. */
export const whyNowhere = (
  { variable, image }: Pick<Ways<unknown>, 'variable' | 'image'>,
  own: boolean,
  whyNotNative: () => string | undefined,
): string | undefined => {
  const way = wanted()
  if (process.env[variable] !== undefined && (way ?? 'external') === 'external') {
    return own ? `${variable} names servers that must not be stopped` : undefined
  }
  if (way === 'external') return `${VARIABLE} is external, and ${variable} is unset`
  if (way === 'containers') return own ? LOCAL : whyNotContainable(image)
  const why = whyNotNative()
  if (why === undefined || own || way === 'native') return why
  return whyNotContainable(image) === undefined ? undefined : why
}

const wanted = (): (typeof WAYS)[number] | undefined => {
  const text = process.env[VARIABLE]
  const way = WAYS.find(name => name === text)
  if (text !== undefined && way === undefined) {
    throw new Error(`${VARIABLE} is ${text}: write ${WAYS.join(', ')}`)
  }
  return way
}
