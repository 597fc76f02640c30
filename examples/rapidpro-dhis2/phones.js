// Writes phone numbers as RapidPro wants them: 0788 123 123 and 250788123123 become tel:+250788123123.

function urnOf(text, settings) {
  const countryCode = String(settings.countryCode).replace(/\D/g, '');
  const digits = Number(settings.digits);
  // A table may have made a number of it: 788123123.0
  const written = String(text ?? '')
    .trim()
    .replace(/^(\d+)\.0+$/, '$1');
  const all = written.replace(/\D/g, '');
  const isOfCode = all.replace(/^00/, '').startsWith(countryCode);
  // A number of another country is never taken for one of this one, however long it is.
  const isInternational = /^[^\d+]*(\+|00)/.test(written);
  if (isInternational && !isOfCode) return undefined;
  const without = all.replace(new RegExp(`^(00)?${countryCode}`), '').replace(/^0/, '');
  // A number in its short form may itself begin like the country code.
  const isShort = !isInternational && all.length === digits && !all.startsWith('0');
  const local = isShort ? all : without;
  return local.length === digits ? `tel:+${countryCode}${local}` : undefined;
}

// Numbers by the id of whom they belong to. Who has none, or what is not one, is left out.
fn(state => {
  const pairs = state.people.map(({ id, phone }) => [id, urnOf(phone, state.settings.phone)]);
  return { ...state, urns: Object.fromEntries(pairs.filter(([, urn]) => urn)) };
});
