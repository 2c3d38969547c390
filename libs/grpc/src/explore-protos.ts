import { loadProtos, messageOf, serviceOf } from '@explore/rpc'

export const exploreProtos = loadProtos('explore/v1/explore.proto')

export const exploreDefinition = serviceOf(exploreProtos, 'explore.v1.Explore')

/** What the rows of a batch of events became, by its full name. */
export const RECEIPT = 'explore.v1.RecordEventsResponse'

export interface Receipt {
  readonly accepted: number
  readonly rejected: number
  readonly verdicts: readonly object[]
}

export const receiptMessage = messageOf<Receipt>(exploreProtos, RECEIPT)

/** Details travel as a header, of which clients take 8 KiB, in base64. */
const MOST_BYTES = 4096

/** A receipt as an error's detail: with as many of the first rows' verdicts as there is room for. */
export const receiptDetail = (receipt: Receipt): Uint8Array => {
  const bytes = receiptMessage.serialize(receipt)
  const { length } = receipt.verdicts
  if (bytes.length <= MOST_BYTES || length === 0) return bytes
  return receiptDetail({ ...receipt, verdicts: receipt.verdicts.slice(0, length >> 1) })
}
