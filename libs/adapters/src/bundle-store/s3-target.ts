import { ExploreError } from '@explore/explore'

/** Where bundles lie in an object store that speaks S3's protocol, read from a URL. */
export interface S3Target {
  readonly bucket: string
  /** Empty, or with a slash at its end. */
  readonly prefix: string
  /** Another server than AWS's. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
  /** Milliseconds between two looks at what is to serve. */
  readonly every: number
  readonly name: string
}

const PARAMETERS = ['endpoint', 'region', 'every']
/** Seconds. */
const EVERY = '10'

/** `s3://bucket/prefix?endpoint=https://minio:9000&region=eu-central-1&every=10`. Throws SETTING_INVALID. */
export const s3Target = (text: string): S3Target => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.protocol !== 's3:' || url.hostname === '') {
    throw invalid('is no s3://BUCKET/PREFIX URL')
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('holds credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY do that')
  }
  for (const key of url.searchParams.keys()) {
    if (!PARAMETERS.includes(key)) throw invalid(`has ${key}, but takes ${PARAMETERS.join(', ')}`)
  }
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !/^https?:\/\/[^/]+\/?$/.test(endpoint)) {
    throw invalid(`has endpoint=${endpoint}, which is no http:// or https:// address`)
  }
  const every = url.searchParams.get('every') ?? EVERY
  if (!/^[1-9]\d{0,4}$/.test(every))
    throw invalid(`has every=${every}, which is no time in seconds`)
  const prefix = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '')
  return {
    bucket: url.hostname,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint,
    region: url.searchParams.get('region') ?? (endpoint === undefined ? undefined : 'us-east-1'),
    every: Number(every) * 1000,
    name: `s3://${url.hostname}/${prefix}`,
  }
}

const invalid = (why: string): ExploreError =>
  new ExploreError('SETTING_INVALID', `EXPLORE_BUNDLES ${why}`, { field: 'EXPLORE_BUNDLES' })
