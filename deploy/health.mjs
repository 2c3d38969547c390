// Exit code 0 where the service of this container says SERVING: the standard gRPC health check, in as few bytes as it takes.
import { connect, constants } from 'node:http2'

const { EXPLORE_HEALTH_PORT = '9091' } = process.env
/** An empty message in its frame of five bytes: not compressed, no length. */
const REQUEST = Buffer.alloc(5)
/** Field 1, SERVING, behind the frame's five bytes. */
const SERVING = Buffer.from([8, 1])

const fail = error => {
  console.error(`not serving: ${error.message}`)
  process.exit(1)
}

const session = connect(`http://127.0.0.1:${EXPLORE_HEALTH_PORT}`).on('error', fail)
const call = session.request({
  [constants.HTTP2_HEADER_METHOD]: 'POST',
  [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  te: 'trailers',
})
const chunks = []
call.on('error', fail)
call.on('data', chunk => chunks.push(chunk))
call.on('end', () => {
  if (!Buffer.concat(chunks).subarray(5).equals(SERVING)) fail(new Error('it says so'))
  session.close()
})
call.end(REQUEST)
