import { type ErrorCode, ExploreError } from '@explore/explore'

/** How S3 and its SDK call refusals that waiting does not mend. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  AccessDenied: 'STORE_FORBIDDEN',
  InvalidAccessKeyId: 'STORE_FORBIDDEN',
  SignatureDoesNotMatch: 'STORE_FORBIDDEN',
  ExpiredToken: 'STORE_FORBIDDEN',
  CredentialsProviderError: 'STORE_FORBIDDEN',
  NoSuchBucket: 'STORE_UNFIT',
  PermanentRedirect: 'STORE_UNFIT',
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  STORE_FORBIDDEN: 'see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do',
  STORE_UNFIT: 'make the bucket, or correct bucket, endpoint and region in EXPLORE_BUNDLES',
  STORE_UNREACHABLE: 'see endpoint and region in EXPLORE_BUNDLES; what serves goes on',
}

interface S3Failure {
  readonly name: string
  readonly message: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** What went wrong with the object store called `name`, with a code from the catalogue. */
export const s3Error = (name: string, thrown: unknown): ExploreError => {
  if (thrown instanceof ExploreError) return thrown
  const { name: kind, message, $metadata } = Object(thrown) as S3Failure
  const forbidden = $metadata?.httpStatusCode === 403
  const code = CODES[kind] ?? (forbidden ? 'STORE_FORBIDDEN' : 'STORE_UNREACHABLE')
  const said = [kind, message].filter(part => part && part !== 'Error').join(': ')
  return new ExploreError(code, `${name}: ${said}`, { hint: HINTS[code], cause: thrown })
}

/** Whether there is no such object; a bucket that is not there is another matter. */
export const isMissing = (thrown: unknown): boolean => {
  const { name, $metadata } = Object(thrown) as S3Failure
  return name === 'NoSuchKey' || (name === 'NotFound' && $metadata?.httpStatusCode === 404)
}
