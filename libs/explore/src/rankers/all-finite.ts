/** Whether no value is NaN or infinite. */
export const allFinite = (values: Float32Array): boolean => {
  // Zero times anything finite is zero, and a sum with a NaN is one: no branch, no call per value.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0
  return sum === 0
}
