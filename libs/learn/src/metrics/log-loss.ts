type Numbers = ArrayLike<number>

/** Probabilities this close to 0 or 1 count as this close: one sure mistake is not infinitely bad. */
const EDGE = 1e-7

/** Mean negative log-likelihood of 0/1 labels, in nats. */
export const logLoss = (probabilities: Numbers, labels: Numbers): number => {
  let total = 0
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - EDGE, Math.max(EDGE, probabilities[i]))
    total -= labels[i] * Math.log(p) + (1 - labels[i]) * Math.log1p(-p)
  }
  return total / labels.length
}

/**
 * Log loss over that of always predicting the labels' own rate (He et al., ADKDD 2014): below 1 is
 * better than knowing nothing but the rate. NaN where all labels are equal.
 */
export const normalisedEntropy = (probabilities: Numbers, labels: Numbers): number => {
  let positives = 0
  for (let i = 0; i < labels.length; i++) positives += labels[i]
  const rate = positives / labels.length
  const entropy = -rate * Math.log(rate) - (1 - rate) * Math.log1p(-rate)
  return logLoss(probabilities, labels) / entropy
}
