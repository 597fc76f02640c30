/** Calling codes and how each country groups a national number: the trunk prefix, then groups of digits. */
const HOME: Record<string, { code: string; trunk: string; groups: number[] }> = {
  RW: { code: '250', trunk: '0', groups: [3, 3, 3] },
  KE: { code: '254', trunk: '0', groups: [3, 6] },
  UG: { code: '256', trunk: '0', groups: [3, 6] },
  NG: { code: '234', trunk: '0', groups: [3, 3, 4] },
  US: { code: '1', trunk: '', groups: [3, 3, 4] },
};

/** A phone number in national format within its workspace's country, otherwise in international format. */
export function localNumber(number: string, country: string): string {
  const home = HOME[country];
  if (!home || !number.startsWith(`+${home.code}`)) return number;
  let rest = number.slice(home.code.length + 1);
  const parts: string[] = [];
  for (const size of home.groups) {
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  if (rest !== '' || parts.includes('')) return number;
  return `${home.trunk}${parts.join(' ')}`;
}
