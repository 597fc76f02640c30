/** The HTML pages that a server sends where JSON was not negotiated. */

export function html(status: number, page: string, headers: Record<string, string> = {}): Response {
  return new Response(page, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  });
}

export const SERVER_ERROR = 'Server Error. Site administrators have been notified.';

function page(title: string, text: string): string {
  return `
<!doctype html>
<html lang="en">
<head>
  <title>${title}</title>
</head>
<body>
  <h1>${title}</h1><p>${text}</p>
</body>
</html>
`;
}

export const NOT_FOUND_PAGE = page(
  'Not Found',
  'The requested resource was not found on this server.',
);
export const BAD_REQUEST_PAGE = page('Bad Request (400)', '');

/** The page that a proxy sends for a body that it does not pass on. */
export const TOO_LARGE_PAGE = page('413 Request Entity Too Large', '');

/** The page that a proxy sends while the server is down. */
export const BAD_GATEWAY_PAGE = `<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx/1.22.1</center>
</body>
</html>
`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The documentation page of an endpoint for a browser, with the response in it. */
export function docsPage(title: string, zoomFixed: boolean, content: string): string {
  const viewport = `width=device-width, initial-scale=1.0${zoomFixed ? ', maximum-scale=1' : ''}`;
  return `<!DOCTYPE HTML>



  <html lang="en-us">
  
  <head>
    <title>
      
  ${escaped(title)}

    </title>
    <meta charset="utf-8">
    <meta name="viewport" content="${viewport}">
    <meta name="description"
          content="RapidPro lets you visually build interactive SMS applications and launch them with your own phone or with one of our many partners.">
  </head>
  <body><pre>${escaped(content)}</pre></body>
</html>
`;
}

export function titleOf(endpoint: string): string {
  const words = endpoint.split('_').map(word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join(' ')} Endpoint`;
}
