// Writes phone numbers as RapidPro wants them: 0788 123 123 and 250788123123 become tel:+250788123123.

function urnOf(text, { countryCode, digits }) {
  // A table may have made a number of it: 788123123.0
  const all = String(text ?? '')
    .trim()
    .replace(/\.0+$/, '')
    .replace(/\D/g, '');
  const without = all.replace(new RegExp(`^(00)?${countryCode}`), '').replace(/^0/, '');
  // A number in its short form may itself begin like the country code.
  const local = all.length === digits && !all.startsWith('0') ? all : without;
  return local.length === digits ? `tel:+${countryCode}${local}` : undefined;
}

// Numbers by the id of whom they belong to. Who has none, or what is not one, is left out.
fn(state => {
  const pairs = state.people.map(({ id, phone }) => [id, urnOf(phone, state.settings.phone)]);
  return { ...state, urns: Object.fromEntries(pairs.filter(([, urn]) => urn)) };
});
