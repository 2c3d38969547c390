const ENTRY = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy

/**
 * The names that a certificate was given: `DNS:gateway`, `URI:spiffe://…`. Of a list that cannot be read whole there are
 * none: a name within quotes is not to pass for another.
 */
export const peerNames = (subjectAltName: string | undefined): readonly string[] => {
  const text = subjectAltName ?? ''
  const entries = [...text.matchAll(ENTRY)]
  const read = entries.reduce((length, [whole]) => length + whole.length, 0)
  if (read !== text.length) return []
  return entries
    .filter(([, , name]) => !name!.startsWith('"'))
    .map(([, kind, name]) => `${kind}:${name}`)
}

/** Names as settings have them: without a kind, a name of DNS. */
export const fullName = (name: string): string =>
  /^(DNS|URI|IP Address):/.test(name) ? name : `DNS:${name}`
