import { auc } from './auc.ts'
import { calibrationError, calibrationRatio } from './calibration.ts'
import { groupedAuc } from './grouped-auc.ts'
import { logLoss, normalisedEntropy } from './log-loss.ts'

/** How well one head predicts. Values that the data cannot tell are NaN. */
export interface HeadMetrics {
  readonly positives: number
  readonly rate: number
  readonly auc: number
  /** Within users, weighted by rows. */
  readonly gauc: number
  readonly logLoss: number
  readonly ne: number
  /** Predicted over happened. */
  readonly calibration: number
  /** Over 20 quantile bins. */
  readonly ece: number
}

export const headMetrics = (
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  users: ArrayLike<number>,
): HeadMetrics => {
  let positives = 0
  for (let i = 0; i < labels.length; i++) positives += labels[i]
  return {
    positives,
    rate: positives / labels.length,
    auc: auc(probabilities, labels),
    gauc: groupedAuc(probabilities, labels, users),
    logLoss: logLoss(probabilities, labels),
    ne: normalisedEntropy(probabilities, labels),
    calibration: calibrationRatio(probabilities, labels),
    ece: calibrationError(probabilities, labels),
  }
}
