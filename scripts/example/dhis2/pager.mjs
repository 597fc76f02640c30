/**
 * One page of a list, and DHIS2's account of where it stands.
 *
 * @param {object[]} rows - all of them
 * @param {URL} url - of the request
 * @param {string} baseUrl
 * @param {boolean} [withTotal] - whether the number of all rows is told
 */
export function paged(
  rows,
  url,
  baseUrl,
  withTotal = url.searchParams.get('totalPages') === 'true',
) {
  const pageSize = Number(url.searchParams.get('pageSize') ?? 50);
  const page = Number(url.searchParams.get('page') ?? 1);
  const pageCount = Math.max(1, Math.ceil(rows.length / pageSize));
  const linkTo = number => {
    const others = url.search
      .slice(1)
      .split('&')
      .filter(part => part !== '' && !part.startsWith('page='));
    return `${baseUrl}${url.pathname}?${[...others, `page=${number}`].join('&')}`;
  };
  const pager = {
    page,
    pageSize,
    ...(withTotal ? { total: rows.length, pageCount } : {}),
    ...(page > 1 ? { prevPage: linkTo(page - 1) } : {}),
    ...(page * pageSize < rows.length ? { nextPage: linkTo(page + 1) } : {}),
  };
  return { pager, rows: rows.slice((page - 1) * pageSize, page * pageSize) };
}
