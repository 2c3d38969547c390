/** A refusal of the server, with what it says to do next. */
class Problem extends Error {
  constructor({ code, detail, hint, field, requestId }) {
    super(detail)
    Object.assign(this, { code, hint, field, requestId })
  }
}

/** Has calls carry a key or token for as long as this tab is open. */
export const carry = key => sessionStorage.setItem('key', key)

/** The JSON answer; throws a Problem for anything else. */
export const call = async (method, path, body, options = {}) => {
  const key = sessionStorage.getItem('key')
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(key && { authorization: `Bearer ${key}` }),
  }
  let reply
  try {
    reply = await fetch(path, {
      ...{ method, headers, ...options },
      ...(body && { body: JSON.stringify(body) }),
    })
  } catch {
    throw new Problem({
      code: 'NO ANSWER',
      detail: 'The server does not answer.',
      hint: 'see that it runs, then try again',
    })
  }
  const answer = await reply.json().catch(() => ({ detail: `HTTP ${reply.status}` }))
  if (!reply.ok) throw new Problem(answer)
  return answer
}

/** What is answered, or `otherwise` where the key that calls carry has no right to it. */
export const ifAllowed = async (answer, otherwise) => {
  try {
    return await answer
  } catch (problem) {
    if (problem.code === 'FORBIDDEN') return otherwise
    throw problem
  }
}

const items = new Map()

/** What is known of the items, by id; asks for those it has not met. */
export const describe = async ids => {
  const missing = ids.filter(id => !items.has(id))
  for (let i = 0; i < missing.length; i += 100) {
    const some = missing.slice(i, i + 100).map(encodeURIComponent)
    const asked = call('GET', `/v1/items?ids=${some.join(',')}`)
    const { items: found } = await ifAllowed(asked, { items: [] })
    for (const item of found) items.set(item.id, item)
  }
  return items
}

export const getPage = (userId, parameters) => {
  const query = new URLSearchParams({ limit: 24, surface: 'explore', ...parameters })
  return call('GET', `/v1/explore/${encodeURIComponent(userId)}?${query}`)
}

const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, '0')).join(
    '',
  )

/** What a viewer did, as the server takes it. */
export const eventOf = (type, userId, { itemId, requestId, position }) => ({
  ...{ eventId: newId(), userId, type, itemId, time: Date.now(), surface: 'explore' },
  ...{ requestId, position },
})

const seen = []

/** Keeps an impression for the next flush. */
export const sawIt = event => seen.push(event)

/** Sends the impressions so far; those that could not be sent are kept, and count once all the same. */
export const flushSeen = async options => {
  const batch = seen.splice(0)
  if (batch.length === 0) return
  await call('POST', '/v1/events', batch, options).catch(problem => {
    if (problem.code === 'NO ANSWER' || problem.code === 'OVERLOADED') seen.unshift(...batch)
    throw problem
  })
}
