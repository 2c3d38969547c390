type Numbers = ArrayLike<number>

/** Sum of predictions over sum of labels: 1 is calibrated on the whole; Infinity without positives. */
export const calibrationRatio = (probabilities: Numbers, labels: Numbers): number => {
  let predicted = 0
  let happened = 0
  for (let i = 0; i < labels.length; i++) {
    predicted += probabilities[i]
    happened += labels[i]
  }
  return predicted / happened
}

/** Mean |predicted − observed| rate over `bins` quantile bins of equal size, weighted by rows. */
export const calibrationError = (probabilities: Numbers, labels: Numbers, bins = 20): number => {
  const rows = labels.length
  const order = Uint32Array.from({ length: rows }, (_, i) => i).sort(
    (a, b) => probabilities[a] - probabilities[b],
  )
  let total = 0
  for (let bin = 0; bin < bins; bin++) {
    let gap = 0
    const end = Math.floor(((bin + 1) * rows) / bins)
    for (let i = Math.floor((bin * rows) / bins); i < end; i++) {
      gap += probabilities[order[i]] - labels[order[i]]
    }
    total += Math.abs(gap)
  }
  return total / rows
}
