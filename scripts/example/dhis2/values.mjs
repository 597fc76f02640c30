const WHOLE = /^-?(0|[1-9]\d*)$/;

/** What DHIS2 says of a value that does not fit its type; undefined where it fits. */
export function misfit(value, valueType) {
  switch (valueType) {
    case 'INTEGER':
      return WHOLE.test(value) ? undefined : 'value_not_integer';
    case 'INTEGER_ZERO_OR_POSITIVE':
      return WHOLE.test(value) && !value.startsWith('-')
        ? undefined
        : 'value_not_zero_or_positive_integer';
    case 'NUMBER':
      return value.trim() !== '' && Number.isFinite(Number(value))
        ? undefined
        : 'value_not_numeric';
    default:
      return undefined;
  }
}

const WEEKS = /^(\d{4})W([1-9]|0[1-9]|[1-4]\d|5[0-3])$/;

/** Whether a text names a period as DHIS2 writes them: a day, a week, a month, a quarter, a year. */
export function isPeriod(text) {
  if (typeof text !== 'string') return false;
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (day) return !Number.isNaN(Date.parse(`${day[1]}-${day[2]}-${day[3]}`));
  return (
    WEEKS.test(text) ||
    /^\d{4}(0[1-9]|1[0-2])$/.test(text) ||
    /^\d{4}Q[1-4]$/.test(text) ||
    /^\d{4}$/.test(text)
  );
}
