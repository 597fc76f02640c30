const WHOLE = /^-?(0|[1-9]\d*)$/;

/** Whether a value fits its type. */
const FITS = {
  INTEGER: value => WHOLE.test(value),
  INTEGER_POSITIVE: value => WHOLE.test(value) && !value.startsWith('-') && value !== '0',
  INTEGER_NEGATIVE: value => WHOLE.test(value) && value.startsWith('-'),
  INTEGER_ZERO_OR_POSITIVE: value => WHOLE.test(value) && !value.startsWith('-'),
  NUMBER: isNumber,
  PERCENTAGE: value => isNumber(value) && Number(value) >= 0 && Number(value) <= 100,
  UNIT_INTERVAL: value => isNumber(value) && Number(value) >= 0 && Number(value) <= 1,
  BOOLEAN: value => /^(true|false)$/i.test(value),
  TRUE_ONLY: value => /^true$/i.test(value),
  PHONE_NUMBER: value => /^[0-9+(][0-9+() .-]{4,}$/.test(value),
  DATE: value => /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10))),
};

function isNumber(value) {
  return value.trim() !== '' && Number.isFinite(Number(value));
}

/** Whether a value is of a type; of types that the stand-in does not know, every value is. */
export const fits = (value, valueType) => FITS[valueType]?.(value) ?? true;

const NAMES = {
  INTEGER: 'value_not_integer',
  INTEGER_POSITIVE: 'value_not_positive_integer',
  INTEGER_NEGATIVE: 'value_not_negative_integer',
  INTEGER_ZERO_OR_POSITIVE: 'value_not_zero_or_positive_integer',
  NUMBER: 'value_not_numeric',
  PERCENTAGE: 'value_not_percentage',
  UNIT_INTERVAL: 'value_not_unit_interval',
  BOOLEAN: 'value_not_bool',
  TRUE_ONLY: 'value_not_true_only',
  DATE: 'value_not_valid_date',
};

/** DHIS2's name for a data value that does not fit its type; undefined where it fits. */
export function misfit(value, valueType) {
  return fits(value, valueType) ? undefined : (NAMES[valueType] ?? 'value_not_valid');
}

const NUMERIC = /^(INTEGER|NUMBER|PERCENTAGE|UNIT_INTERVAL)/;

/** A zero that DHIS2 does not keep. */
export const isLostZero = (value, element) =>
  NUMERIC.test(element.valueType) && !element.zeroIsSignificant && Number(value) === 0;
