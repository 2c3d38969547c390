import { type Agent, request } from 'node:http'

/** Resolves with the body of a good answer: of a GET, or of a POST where there is a body to send. */
export const asked = (agent: Agent, url: string, body?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        }),
      },
      response => {
        let text = ''
        response.setEncoding('utf8').on('data', part => (text += part))
        response.once('error', reject)
        response.once('end', () =>
          response.statusCode! < 300
            ? resolve(text)
            : reject(Object.assign(new Error(text), { code: codeOf(text, response.statusCode) })),
        )
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })

const codeOf = (text: string, status: number | undefined): string => {
  try {
    return (JSON.parse(text) as { code: string }).code
  } catch {
    return `status ${status}`
  }
}

/** The code of the server's problem, or of the connection's. */
export const kindOf = (error: unknown): string => {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  return code ?? message
}
