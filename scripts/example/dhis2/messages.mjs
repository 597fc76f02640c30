const PHRASES = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** DHIS2's way to say that something was done. */
export function done(message, { status = 200, response, headers } = {}) {
  const body = { httpStatus: PHRASES[status], httpStatusCode: status, status: 'OK' };
  if (message) body.message = message;
  if (response) body.response = response;
  return { status, body, headers };
}

/** DHIS2's way to say no. */
export function refusal(status, message, errorCode) {
  const code = errorCode ? { errorCode } : {};
  const words = { httpStatus: PHRASES[status], httpStatusCode: status, status: 'ERROR', message };
  return { status, body: { ...words, ...code } };
}

/** The page of the server below DHIS2, for a path that DHIS2 does not have. */
export function noSuchPage(path) {
  const message = `No static resource ${path.slice(1).replaceAll('/', '&#47;')}.`;
  const body = `<!doctype html><html lang="en"><head><title>HTTP Status 404 – Not Found</title></head><body><h1>HTTP Status 404 – Not Found</h1><p><b>Message</b> ${message}</p></body></html>`;
  return { status: 404, body, headers: { 'Content-Type': 'text/html;charset=utf-8' } };
}
