// Writes phone numbers as RapidPro wants them: 0788 123 123 and 250788123123 become tel:+250788123123.

function urnOf(text, settings) {
  const countryCode = String(settings.countryCode).replace(/\D/g, '');
  const digits = Number(settings.digits);
  // A spreadsheet may have turned it into a number: 788123123.0
  const written = String(text ?? '')
    .trim()
    .replace(/^(\d+)\.0+$/, '$1');
  const all = written.replace(/\D/g, '');
  const isOfCode = all.replace(/^00/, '').startsWith(countryCode);
  // A number of another country is never treated as one of this country, whatever its length.
  const isInternational = /^[^\d+]*(\+|00)/.test(written);
  if (isInternational && !isOfCode) return undefined;
  const without = all.replace(new RegExp(`^(00)?${countryCode}`), '').replace(/^0/, '');
  // A short number can begin with the same digits as the country code.
  const isShort = !isInternational && all.length === digits && !all.startsWith('0');
  const local = isShort ? all : without;
  return local.length === digits ? `tel:+${countryCode}${local}` : undefined;
}

// Phone numbers by the id of the person. Missing and invalid ones are left out.
fn(state => {
  const pairs = state.people.map(({ id, phone }) => [id, urnOf(phone, state.settings.phone)]);
  return { ...state, urns: Object.fromEntries(pairs.filter(([, urn]) => urn)) };
});
